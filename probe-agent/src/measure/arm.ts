import type { AbortReason, ArmEnd, ArmObservation, DrawnArm } from '@brakelight/shared';
import { ArmEnded, aborted } from './arm-ended.js';
import { type Connection, type ConnectionParts, openConnection } from './connection.js';
import { download } from './download.js';
import { type Findings, nothingFound, observation } from './findings.js';
import { OwnTroubleWatch } from './own-trouble.js';
import { clientOn } from './request.js';
import type { Decision } from './stopping-rule.js';
import { Transfer } from './transfer.js';
import { upload } from './upload.js';

/** A TLS record that fits one segment. */
const UPLOAD_RECORD_BYTES = 1369;

/** What an arm is run with. */
export interface ArmParts extends ConnectionParts {
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** Runs one arm from name look-up to last byte. Never throws: whatever happens is its end. */
export async function runArm(
  arm: DrawnArm,
  transferId: string,
  deep: boolean,
  parts: ArmParts,
): Promise<ArmObservation> {
  const { clock, signal, budget, random } = parts;
  const findings = nothingFound(clock);
  const cut = new AbortController();
  let trouble: AbortReason | null = null;
  const watch = new OwnTroubleWatch(clock, (reason) => {
    trouble ??= reason;
    cut.abort(aborted(reason));
  });
  const onShutdown = () => cut.abort(aborted('shutdown'));
  if (signal.aborted) onShutdown();
  signal.addEventListener('abort', onShutdown, { once: true });
  let end: ArmEnd;
  try {
    if (budget.remaining() <= 0) throw aborted('budget');
    const connection = await openConnection(arm, parts, findings, cut.signal);
    end = await transferOver(connection, { arm, transferId, deep, parts, findings, cut: cut.signal });
  } catch (error) {
    if (!(error instanceof ArmEnded)) throw error;
    end = error.end;
  } finally {
    signal.removeEventListener('abort', onShutdown);
    findings.transfer?.stop();
    watch.stop();
    findings.socket?.destroy();
  }
  if (findings.socket?.overBudget === true) end = { kind: 'aborted', reason: 'budget' };
  // A probe in trouble has measured itself, whatever the transfer looked like.
  if (trouble !== null && end.kind !== 'aborted') end = { kind: 'aborted', reason: trouble };
  return observation(arm, findings, { end, loopDelayMs: watch.loopDelayMs }, clock, random);
}

interface Run {
  readonly arm: DrawnArm;
  readonly transferId: string;
  readonly deep: boolean;
  readonly parts: ArmParts;
  readonly findings: Findings;
  readonly cut: AbortSignal;
}

async function transferOver({ tls, socket }: Connection, run: Run): Promise<ArmEnd> {
  const { arm, transferId, deep, parts, findings, cut } = run;
  let decided: (decision: Exclude<Decision, null>) => void = () => undefined;
  const decision = new Promise<Exclude<Decision, null>>((resolve) => {
    decided = resolve;
  });
  // The far end counts whole records: small ones keep its count near the network's.
  if (arm.direction === 'upload') tls.setMaxSendFragment(UPLOAD_RECORD_BYTES);
  const client = clientOn(tls, new URL(arm.url).origin, parts.buffers.record);
  const transfer = new Transfer(parts.clock, socket, arm.direction, deep, decided);
  findings.transfer = transfer;
  const onStatus = (status: number) => {
    findings.httpStatus = status;
  };
  try {
    const move = arm.direction === 'upload' ? upload : download;
    return await move({ arm, transferId, client, socket, transfer, decision, onStatus, cut });
  } finally {
    transfer.stop();
    // Not awaited: it waits for requests that have ended with the arm.
    void client.destroy().catch(() => undefined);
  }
}
