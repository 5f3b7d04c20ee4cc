import type { IncomingHttpHeaders } from 'node:http';
import type { ArmEnd, DrawnArm, ShortReason } from '@brakelight/shared';
import type { Client } from 'undici';
import { ArmEnded, aborted, failed, short } from './arm-ended.js';
import { reasonOf } from './deadline.js';
import type { MeteredSocket } from './metered-socket.js';
import { step } from './step.js';
import type { Decision } from './stopping-rule.js';
import type { Transfer } from './transfer.js';

/** Longest wait for the head of the first response. */
export const HEAD_TIMEOUT_MS = 10_000;
/** A decision so near the end of a rung lets it end: these bytes are on their way. */
const NEAR_END_BYTES = 16_384;

/** What a transfer, in either direction, is made of. */
export interface TransferParts {
  readonly arm: DrawnArm;
  /** Names the transfer at the measurement server. */
  readonly transferId: string;
  readonly client: Client;
  readonly socket: MeteredSocket;
  readonly transfer: Transfer;
  /** First decision of the stopping rule. */
  readonly decision: Promise<Exclude<Decision, null>>;
  readonly onStatus: (status: number) => void;
  readonly cut: AbortSignal;
}

/** The end that a decision of the stopping rule is. */
export function endOf(decision: Exclude<Decision, null>, bytes: number): ArmEnd {
  if (decision === 'fast' || decision === 'slow') return { kind: 'decided', as: decision };
  return decision === 'stalled' ? { kind: 'stalled', bytes } : { kind: 'cap-time' };
}

/**
 * Climbs the ladder on one connection: asks for exactly the bytes up to the next step, until the stopping rule is
 * sure, or the last step is in, or the object has no more.
 * @throws ArmEnded
 */
export function download(parts: TransferParts): Promise<ArmEnd> {
  return new Promise((resolve, reject) => {
    const { transfer, cut } = parts;
    const ladder = new Ladder(parts);
    const timer = setTimeout(() => {
      if (!transfer.begun) reject(failed('http', 'timeout'));
    }, HEAD_TIMEOUT_MS);
    const onCut = () => reject(reasonOf(cut));
    if (cut.aborted) onCut();
    cut.addEventListener('abort', onCut, { once: true });
    parts.decision.then((decision) => {
      if (decision === 'fast' && ladder.left <= NEAR_END_BYTES) ladder.decided = true;
      else resolve(endOf(decision, transfer.timeline.bytes));
    }, reject);
    ladder
      .climb()
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        cut.removeEventListener('abort', onCut);
      });
  });
}

/** Where on the ladder a download is. */
class Ladder {
  readonly #parts: TransferParts;
  readonly #most: number;
  /** Body bytes of all rungs. */
  #received = 0;
  /** Where the present response is cut: bytes of all rungs. */
  #cap = 0;
  /** Status and size of the object as the present response tells them, `null` where it does not. */
  #status = 0;
  #objectBytes: number | null = null;
  /** The far end closes the connection behind the present response. */
  #closes = false;
  /** FAST was decided within sight of the rung's end. */
  decided = false;

  constructor(parts: TransferParts) {
    this.#parts = parts;
    this.#most = parts.arm.ladder.at(-1) ?? 0;
  }

  /** Bytes to the end of the present response. */
  get left(): number {
    return this.#cap - this.#received;
  }

  async climb(): Promise<ArmEnd> {
    const { arm, client, socket, transfer } = this.#parts;
    for (const top of arm.ladder) {
      this.#cap = top;
      await step(client, socket, this.#received > 0, this.#ask(top), {
        onRequest: () => transfer.requested(),
        onFirstByte: () => transfer.answered(),
        onHead: (status, headers) => this.#head(status, headers),
        onBody: (chunk) => this.#body(chunk),
      });
      transfer.ask();
      // The decision's own callbacks go first.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.decided) return { kind: 'decided', as: 'fast' };
      if (this.#received >= this.#most) break;
      const reason = this.#noMore(top);
      if (reason !== null) return { kind: 'short', reason };
    }
    return { kind: 'complete' };
  }

  /** Why there can be no further step behind this one; `null` where there can. */
  #noMore(top: number): ShortReason | null {
    const wholeObject = this.#status === 200 && this.#parts.arm.ask === 'range';
    if (wholeObject || this.#received === this.#objectBytes) return 'object';
    if (this.#received < top) return this.#status === 206 ? 'range' : 'object';
    return this.#closes ? 'closed' : null;
  }

  #ask(top: number) {
    const { arm, transferId } = this.#parts;
    const url = new URL(arm.url);
    const headers: Record<string, string> = {
      host: url.host,
      'user-agent': 'Mozilla/5.0 (compatible; brakelight-probe)',
      accept: '*/*',
      'accept-encoding': 'identity',
    };
    if (arm.ask === 'range') headers.range = `bytes=${this.#received}-${top - 1}`;
    else {
      url.searchParams.set('bytes', String(top - this.#received));
      url.searchParams.set('id', transferId);
    }
    return { method: 'GET' as const, path: `${url.pathname}${url.search}`, headers };
  }

  #head(status: number, headers: IncomingHttpHeaders): void {
    const { arm, transfer, onStatus } = this.#parts;
    // The object ended exactly with the rung before, and did not say so.
    if (status === 416 && this.#received > 0) throw short('object');
    onStatus(status);
    if (arm.arm === 'B' && isPortal(status, headers.location, arm.url)) throw aborted('captive-portal');
    if (status !== 200 && status !== 206) throw failed('http', 'http-status');
    transfer.begun = true;
    this.#status = status;
    this.#closes = /\bclose\b/i.test(String(headers.connection ?? ''));
    const size = /\/(\d+)$/.exec(String(headers['content-range'] ?? ''))?.[1];
    this.#objectBytes = size === undefined ? null : Number(size);
    // The far end does not know ranges and sends the whole object: it is cut at the ladder's top.
    if (status === 200 && arm.ask === 'range') this.#cap = this.#received + this.#most;
  }

  #body(chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#received > this.#cap) throw new ArmEnded({ kind: 'cap-bytes' });
  }
}

/** A control never sends its visitors to another host; a captive portal does. RFC 6585 has a status for it, too. */
function isPortal(status: number, location: string | undefined, asked: string): boolean {
  if (status === 511) return true;
  if (status < 300 || status > 399 || location === undefined) return false;
  const url = new URL(asked);
  return URL.canParse(location, url.href) && new URL(location, url.href).hostname !== url.hostname;
}
