/** A plan further ahead than this came from a clock gone wrong. */
const LONGEST_AHEAD_MS = 86_400_000;

/** When the coordinator wants to be asked for work again. */
export class PollPlan {
  #nextAt = 0;
  #afterMs = 0;

  /**
   * A restart does not ask for work ahead of time.
   * @param kept RFC 3339, what the process before had planned
   * @param now Unix milliseconds
   */
  constructor(kept: string | null, now: number) {
    const ahead = Date.parse(kept ?? '') - now;
    if (ahead > 0 && ahead <= LONGEST_AHEAD_MS) this.set(now, ahead);
  }

  set(now: number, afterMs: number): void {
    this.#afterMs = afterMs;
    this.#nextAt = now + afterMs;
  }

  /** Unix milliseconds. A clock that was set back does not put it years away. */
  at(now: number): number {
    this.#nextAt = Math.min(this.#nextAt, now + this.#afterMs);
    return this.#nextAt;
  }
}
