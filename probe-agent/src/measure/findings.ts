import type { AddressFamily, ArmEnd, ArmObservation, DrawnArm } from '@brakelight/shared';
import { type Clock, instant } from './clock.js';
import type { MeteredSocket } from './metered-socket.js';
import { WINDOW_MS } from './stopping-rule.js';
import type { Transfer } from './transfer.js';

/** What an arm has seen so far: whatever ends it, this much is told. Times in milliseconds, `null` where it did not get. */
export interface Findings {
  /** Monotonic. */
  readonly startedMs: number;
  readonly startedAt: string;
  socket: MeteredSocket | null;
  transfer: Transfer | null;
  dnsAnswers: string[];
  family: AddressFamily | null;
  remoteAddress: string | null;
  httpStatus: number | null;
  dnsMs: number | null;
  tcpMs: number | null;
  tlsMs: number | null;
}

/** An arm that begins now. */
export function nothingFound(clock: Clock): Findings {
  return {
    startedMs: clock.monotonic(),
    startedAt: instant(clock.wall()),
    socket: null,
    transfer: null,
    dnsAnswers: [],
    family: null,
    remoteAddress: null,
    httpStatus: null,
    dnsMs: null,
    tcpMs: null,
    tlsMs: null,
  };
}

/** How an arm ended, and what was going on in this process meanwhile. */
export interface Outcome {
  readonly end: ArmEnd;
  readonly loopDelayMs: number;
}

/** An arm as it is reported. */
export function observation(
  arm: DrawnArm,
  findings: Findings,
  { end, loopDelayMs }: Outcome,
  clock: Clock,
  random: () => number,
): ArmObservation {
  const { transfer } = findings;
  const whole = end.kind === 'complete' || end.kind === 'short';
  const waited = !whole && !(end.kind === 'decided' && end.as === 'fast');
  const timeline = transfer !== null && transfer.timeline.bytes > 0 ? transfer.timeline : null;
  const endMs = timeline === null ? 0 : waited ? (transfer?.endedMs ?? 0) : timeline.lastMs;
  return {
    arm: arm.arm,
    direction: arm.direction,
    startedAt: findings.startedAt,
    durationMs: round(Math.min(clock.monotonic() - findings.startedMs, 600_000)),
    end,
    family: findings.family,
    remoteAddress: findings.remoteAddress,
    dnsAnswers: findings.dnsAnswers,
    protocol: findings.httpStatus === null ? null : 'http/1.1',
    httpStatus: findings.httpStatus,
    phases: {
      dnsMs: round(findings.dnsMs),
      tcpMs: round(findings.tcpMs),
      tlsMs: round(findings.tlsMs),
      firstByteMs: round(transfer?.firstByteMs ?? null),
    },
    bytesReceived: findings.socket?.bytesReceived ?? 0,
    bytesSent: findings.socket?.bytesSent ?? 0,
    curve: timeline?.curve(endMs, random) ?? [],
    rateBps: timeline?.rateBefore(endMs, WINDOW_MS) ?? null,
    loopDelayMs,
  };
}

function round(ms: number): number;
function round(ms: number | null): number | null;
function round(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}
