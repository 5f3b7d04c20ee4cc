import type { Counters } from '../live/counters.js';
import type { Probe } from '../live/probes.js';

/** Share of drawn tests that a probe has to return (method section 3: selective reporting). */
const MIN_RETURNED_SHARE = 0.8;
/** Below so many drawn tests the share says nothing. */
const MIN_DRAWN = 50;

export interface ProbationSettings {
  readonly probationMs: number;
  readonly probationTests: number;
}

/** Whose results are stored and shown, but not judged: new probes, and those that return only what suits them. */
export class ProbationRule {
  readonly #settings: ProbationSettings;
  readonly #counters: Counters;
  readonly #now: () => number;

  constructor(settings: ProbationSettings, counters: Counters, now: () => number) {
    this.#settings = settings;
    this.#counters = counters;
    this.#now = now;
  }

  async applies(probe: Probe): Promise<boolean> {
    const now = this.#now();
    const { drawn, returned, total } = await this.#counters.of(probe.id, now);
    if (now - probe.enrolledAt < this.#settings.probationMs) return true;
    if (total < this.#settings.probationTests) return true;
    return drawn >= MIN_DRAWN && returned < MIN_RETURNED_SHARE * drawn;
  }
}
