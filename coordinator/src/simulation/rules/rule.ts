import type { SimulatedTest } from '../tests.js';

/** A rule that people use today, for one cell. It reads the tests one by one, in the order of time. */
export interface Rule {
  /** @returns whether it says "throttled" with this test */
  observe(test: SimulatedTest): boolean;
}

/** A rule with one setting. */
export interface RuleSetting {
  readonly rule: string;
  readonly setting: string;
  /** The setting one meets in the literature; the others show how the rule trades delay for false alarms. */
  readonly usual: boolean;
  /** @param trainedAt until then it may learn what is normal here */
  create(trainedAt: number): Rule;
}

/** ln(A/B) of a test in which both arms came, else `null`: these rules know nothing of blocking. */
export function logRatio(test: SimulatedTest): number | null {
  return test.a === null || test.b === null || test.stalled ? null : Math.log(test.a / test.b);
}

/** The last n values. */
export class Recent {
  readonly #values: Float64Array;
  #count = 0;

  constructor(size: number) {
    this.#values = new Float64Array(size);
  }

  add(value: number): void {
    this.#values[this.#count++ % this.#values.length] = value;
  }

  get full(): boolean {
    return this.#count >= this.#values.length;
  }

  /** In no particular order; only once it is full. */
  get values(): Float64Array {
    return this.#values;
  }
}

/** Mean and standard deviation of what was normal, learnt in a training time (phase I of a control chart). */
export class Training {
  readonly #until: number;
  #n = 0;
  #mean = 0;
  #m2 = 0;

  constructor(until: number) {
    this.#until = until;
  }

  /** @returns the value in standard deviations from the mean; `null` while it learns */
  score(at: number, value: number): number | null {
    if (at >= this.#until)
      return this.#n < 30 ? null : (value - this.#mean) / Math.sqrt(this.#m2 / (this.#n - 1));
    this.#n++;
    const delta = value - this.#mean;
    this.#mean += delta / this.#n;
    this.#m2 += delta * (value - this.#mean);
    return null;
  }
}
