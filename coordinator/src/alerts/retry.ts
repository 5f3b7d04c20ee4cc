/** Attempts at one message, the first included: with the delays below, about 23 hours. */
export const MAX_ATTEMPTS = 12;

const FIRST_DELAY_MS = 5_000;
const FACTOR = 3;
const LONGEST_DELAY_MS = 6 * 3_600_000;

/**
 * How long to wait after a failed attempt: exponential, capped, with +-20 % of jitter so that receivers are not hit by
 * all messages at once; never sooner than the receiver asked for, as far as that is not longer than our own longest.
 * @param attempts attempts made so far, at least 1
 * @param retryAfterMs what the receiver asked for, `null` where it did not
 * @param random uniform in [0, 1)
 * @returns milliseconds
 */
export function retryDelayMs(attempts: number, retryAfterMs: number | null, random: number): number {
  const base = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * FACTOR ** (attempts - 1));
  const asked = Math.min(LONGEST_DELAY_MS, retryAfterMs ?? 0);
  return Math.round(Math.max(asked, base * (0.8 + 0.4 * random)));
}
