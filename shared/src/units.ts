/** One kilobyte as the measurement uses it: 1000 bytes, as in network rates. */
export const KB = 1000;

/** Bits per byte; rates are bits per second, volumes are bytes. */
const BITS = 8;

/**
 * Mean rate of a transfer.
 * @param bytes volume in bytes
 * @param ms duration in milliseconds; must be above 0
 * @returns integer bits per second
 */
export function rateBps(bytes: number, ms: number): number {
  if (!(ms > 0)) throw new RangeError(`a rate needs a duration above 0 ms, got ${ms}`);
  return Math.round((bytes * BITS * 1000) / ms);
}
