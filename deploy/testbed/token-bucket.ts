/**
 * A token bucket that lends: a taker is told how long to wait until what it took is paid back. FIFO among takers
 * follows from the order of their calls.
 */
export class TokenBucket {
  /** Bytes per second. */
  readonly bytesPerSecond: number;
  readonly #burstBytes: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  /** @param now monotonic clock in milliseconds */
  constructor(rateKbps: number, burstBytes: number, now: () => number) {
    if (!(rateKbps > 0)) throw new RangeError(`a rate must be above 0 kbit/s, got ${rateKbps}`);
    this.bytesPerSecond = (rateKbps * 1000) / 8;
    this.#burstBytes = burstBytes;
    this.#now = now;
    this.#tokens = burstBytes;
    this.#at = now();
  }

  /** Takes tokens for `bytes`; returns the milliseconds to wait before they may be sent (0: now). */
  take(bytes: number): number {
    const now = this.#now();
    const earned = ((now - this.#at) / 1000) * this.bytesPerSecond;
    this.#tokens = Math.min(this.#burstBytes, this.#tokens + earned) - bytes;
    this.#at = now;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.bytesPerSecond) * 1000;
  }
}
