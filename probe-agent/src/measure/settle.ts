import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './clock.js';

/** Longest pause between two arms: a queue of the arm before has drained by then. */
const SETTLED_MS = 2_000;
const RETRY_MS = 100;
/** "Near" the smallest round trip: half of it more, and at least this much. */
const NEAR_MS = 15;

/**
 * Waits until the queue that an arm left behind has drained: until a fresh connection to the same far end takes about
 * the smallest round trip again, or 2 s.
 * @param roundTripMs smallest round trip seen to this far end
 */
export async function settle(
  way: { readonly host: string; readonly port: number; readonly localAddress: string | undefined },
  roundTripMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.monotonic() + SETTLED_MS;
  const near = roundTripMs + Math.max(NEAR_MS, roundTripMs / 2);
  while (!signal.aborted) {
    const left = until - clock.monotonic();
    if (left <= 0) return;
    if ((await connectTime(way, left, clock)) <= near) return;
    await sleep(Math.max(0, Math.min(RETRY_MS, until - clock.monotonic())));
  }
}

/** Time of a TCP handshake, milliseconds; infinite where there was none within the limit. */
function connectTime(
  { host, port, localAddress }: { host: string; port: number; localAddress: string | undefined },
  limitMs: number,
  clock: Clock,
): Promise<number> {
  return new Promise((resolve) => {
    const since = clock.monotonic();
    const socket = connect({ host, port, ...(localAddress !== undefined && { localAddress }) });
    const finish = (ms: number) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(ms);
    };
    const timer = setTimeout(() => finish(Number.POSITIVE_INFINITY), limitMs);
    socket.once('connect', () => finish(clock.monotonic() - since));
    socket.once('error', () => finish(Number.POSITIVE_INFINITY));
  });
}
