import { randomBytes } from 'node:crypto';
import type { ArmEnd } from '@brakelight/shared';
import { failed } from './arm-ended.js';
import { reasonOf } from './deadline.js';
import { endOf, HEAD_TIMEOUT_MS, type TransferParts } from './download.js';
import { step } from './step.js';

const CHUNK_BYTES = 8_192;
/** Longest line of the far end's count that is waited for. */
const MAX_LINE_CHARS = 100;

/**
 * Sends the steps of the ladder to the measurement server, which says while it reads how many bytes have come. That
 * count is the transfer: what was written here only fills a buffer.
 * @throws ArmEnded
 */
export function upload(parts: TransferParts): Promise<ArmEnd> {
  return new Promise((resolve, reject) => {
    const { transfer, cut } = parts;
    const timer = setTimeout(() => {
      if (!transfer.begun) reject(failed('http', 'timeout'));
    }, HEAD_TIMEOUT_MS);
    const onCut = () => reject(reasonOf(cut));
    if (cut.aborted) onCut();
    cut.addEventListener('abort', onCut, { once: true });
    // A fast upload ends with its step: what was asked for is in the far end's hands by then.
    let fast = false;
    parts.decision.then((decision) => {
      if (decision === 'fast') fast = true;
      else resolve(endOf(decision, transfer.timeline.bytes));
    }, reject);
    climb(parts, () => fast)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        cut.removeEventListener('abort', onCut);
      });
  });
}

async function climb(
  { arm, transferId, client, socket, transfer, onStatus }: TransferParts,
  isFast: () => boolean,
): Promise<ArmEnd> {
  const url = new URL(arm.url);
  url.searchParams.set('id', transferId);
  const chunk = randomBytes(CHUNK_BYTES);
  let sent = 0;
  for (const top of arm.ladder) {
    const count = new CountReader((ms, bytes) => transfer.record(ms, bytes));
    const bytes = top - sent;
    await step(
      client,
      socket,
      sent > 0,
      {
        method: 'POST',
        path: `${url.pathname}${url.search}`,
        headers: {
          host: url.host,
          'content-type': 'application/octet-stream',
          'content-length': String(bytes),
        },
        body: chunks(chunk, bytes),
      },
      {
        onRequest: () => transfer.requested(),
        onFirstByte: () => transfer.answered(),
        onHead: (status) => {
          onStatus(status);
          if (status !== 200) throw failed('http', 'http-status');
          transfer.begun = true;
        },
        onBody: (text) => count.read(text),
      },
    );
    sent = top;
    // The decision's own callbacks go first.
    await new Promise((resolve) => setImmediate(resolve));
    if (isFast()) return { kind: 'decided', as: 'fast' };
  }
  return { kind: 'complete' };
}

async function* chunks(chunk: Buffer, bytes: number): AsyncGenerator<Buffer> {
  for (let left = bytes; left > 0; left -= chunk.length)
    yield chunk.subarray(0, Math.min(chunk.length, left));
}

/** Reads lines `milliseconds bytes`. */
export class CountReader {
  readonly #onCount: (ms: number, bytes: number) => void;
  #rest = '';

  constructor(onCount: (ms: number, bytes: number) => void) {
    this.#onCount = onCount;
  }

  /** @throws ArmEnded `failed body http-protocol` where it is not such a line */
  read(text: Buffer): void {
    const lines = (this.#rest + text.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > MAX_LINE_CHARS) throw failed('body', 'http-protocol');
    for (const line of lines) {
      const match = /^(\d{1,9}) (\d{1,12})$/.exec(line);
      if (match === null) throw failed('body', 'http-protocol');
      this.#onCount(Number(match[1]), Number(match[2]));
    }
  }
}
