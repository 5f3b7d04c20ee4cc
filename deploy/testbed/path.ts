import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.js';
import type { TokenBucket } from './token-bucket.js';

/** Payload of a full TCP segment on Ethernet with timestamps. */
const SEGMENT_BYTES = 1448;
/** At high rates bytes move in slices of this duration, so that timers stay affordable. */
const SLICE_MS = 4;
/** What a direction may hold in flight before it stops reading: two bandwidth-delay products, at least this. */
const MIN_IN_FLIGHT_BYTES = 65_536;

/** One direction of a connection. */
export interface Path {
  readonly oneWayMs: number;
  /** Extra delay, uniform in [0, jitterMs]; order is kept. */
  readonly jitterMs: number;
  readonly random: Random;
  /** All of them have to let a byte pass. */
  readonly buckets: readonly TokenBucket[];
  /** Nothing passes after so many bytes. */
  readonly freezeAfterBytes: number;
}

/**
 * Carries bytes from a source to a sink at the pace of a path: token buckets, then delay. Reads no more than it may
 * hold in flight, so a slow path pushes back on the source and memory stays bounded. When the source ends, the sink is
 * ended after the last byte; when the source breaks, the sink is reset then.
 * @throws AbortError when the sink closes first
 */
export async function carry(source: AsyncIterable<Buffer>, sink: Socket, path: Path): Promise<void> {
  const gone = new AbortController();
  sink.once('close', () => gone.abort());
  if (sink.destroyed) gone.abort();
  const { signal } = gone;
  const slowest = Math.min(...path.buckets.map((b) => b.bytesPerSecond));
  const sliceBytes = Math.max(SEGMENT_BYTES, Math.floor((slowest / 1000) * SLICE_MS));
  const capacityBytes = Math.max(MIN_IN_FLIGHT_BYTES, (slowest / 1000) * path.oneWayMs * 2);
  const delay = new DelayLine(sink, path, capacityBytes, signal);
  const delivered = delay.run();
  // Awaited at the end; a failure on the way means that the sink is gone, which ends the loop below too.
  delivered.catch(() => {});
  let passed = 0;
  let broken = false;
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += sliceBytes) {
        const slice = chunk.subarray(at, at + sliceBytes).subarray(0, path.freezeAfterBytes - passed);
        if (slice.length > 0) {
          const waitMs = Math.max(...path.buckets.map((b) => b.take(slice.length)));
          if (waitMs >= 1) await sleep(waitMs, undefined, { signal });
          await delay.push(slice);
          passed += slice.length;
        }
        if (passed >= path.freezeAfterBytes) await never(signal);
      }
    }
  } catch (error) {
    if (signal.aborted) throw error;
    broken = true;
  }
  delay.finish();
  await delivered;
  if (broken) sink.resetAndDestroy();
  else sink.end();
}

/** Bytes on their way: each piece is written when its time has come. */
class DelayLine {
  readonly #sink: Socket;
  readonly #path: Path;
  readonly #capacity: number;
  readonly #signal: AbortSignal;
  readonly #pieces: { readonly dueMs: number; readonly bytes: Buffer }[] = [];
  #inFlight = 0;
  #lastDueMs = 0;
  #finished = false;
  #wake: () => void = () => {};

  constructor(sink: Socket, path: Path, capacityBytes: number, signal: AbortSignal) {
    this.#sink = sink;
    this.#path = path;
    this.#capacity = capacityBytes;
    this.#signal = signal;
  }

  /** Resolves when there is room for the next piece. */
  async push(bytes: Buffer): Promise<void> {
    const { oneWayMs, jitterMs, random } = this.#path;
    const dueMs = Math.max(this.#lastDueMs, performance.now() + oneWayMs + jitterMs * random.uniform());
    this.#lastDueMs = dueMs;
    this.#pieces.push({ dueMs, bytes });
    this.#inFlight += bytes.length;
    this.#wake();
    while (this.#inFlight >= this.#capacity) await sleep(SLICE_MS, undefined, { signal: this.#signal });
  }

  finish(): void {
    this.#finished = true;
    this.#wake();
  }

  async run(): Promise<void> {
    const signal = this.#signal;
    for (;;) {
      const piece = this.#pieces.shift();
      if (!piece) {
        if (this.#finished) break;
        await this.#somethingNew();
        continue;
      }
      const waitMs = piece.dueMs - performance.now();
      if (waitMs > 0.5) await sleep(waitMs, undefined, { signal });
      if (!this.#sink.write(piece.bytes)) await once(this.#sink, 'drain', { signal });
      this.#inFlight -= piece.bytes.length;
    }
  }

  #somethingNew(): Promise<void> {
    const signal = this.#signal;
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      signal.throwIfAborted();
      signal.addEventListener('abort', abort, { once: true });
      this.#wake = () => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
    });
  }
}

/** Waits until the connection is gone. */
function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
