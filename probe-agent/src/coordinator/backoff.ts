/** First and longest pause between attempts, ms. */
const BASE_MS = 1_000;
const CAP_MS = 300_000;
/** A coordinator may ask for a day at most. */
const LONGEST_RETRY_AFTER_MS = 86_400_000;

/**
 * How long to wait after the n-th failure in a row: exponential with jitter over the upper half, so that a network
 * of probes does not come back in step. What the coordinator asks for (`Retry-After`) is the least.
 * @param failures in a row, from 1
 * @param random uniform in [0, 1)
 */
export function backoffMs(failures: number, retryAfterMs: number | undefined, random: () => number): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(20, failures - 1));
  const own = ceiling * (0.5 + random() / 2);
  const asked = Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  return Math.round(asked > 0 ? Math.max(own, asked + asked * 0.1 * random()) : own);
}

/** `Retry-After` (RFC 9110 section 10.2.3) in milliseconds: seconds, or a date. */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
