import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './clock.js';

/** Longest pause between two arms: a queue of the arm before has drained by then. */
export const SETTLED_MS = 2_000;
const RETRY_MS = 100;
/** "Near" the smallest round trip: half of it more, and at least this much. */
const NEAR_MS = 15;

/**
 * Waits until the queue that an arm left behind has drained: until a fresh connection to the same far end takes about
 * the smallest round trip again, or 2 s.
 * @param handshake makes one within a limit and returns its time, both in milliseconds
 * @param roundTripMs smallest round trip seen to this far end
 */
export async function settle(
  handshake: (limitMs: number) => Promise<number>,
  roundTripMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.monotonic() + SETTLED_MS;
  const near = roundTripMs + Math.max(NEAR_MS, roundTripMs / 2);
  while (!signal.aborted) {
    const left = until - clock.monotonic();
    if (left <= 0) return;
    if ((await handshake(left)) <= near) return;
    await sleep(Math.max(0, Math.min(RETRY_MS, until - clock.monotonic())));
  }
}
