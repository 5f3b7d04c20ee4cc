import type { SimulatedTest } from '../tests.js';
import { logRatio, Recent, type Rule, type RuleSetting, Training } from './rule.js';

/** The median of the last 20 ratios A/B is below a fixed threshold. */
class FixedMedian implements Rule {
  readonly #recent = new Recent(20);
  readonly #threshold: number;

  constructor(threshold: number) {
    this.#threshold = Math.log(threshold);
  }

  observe(test: SimulatedTest): boolean {
    const log = logRatio(test);
    if (log === null) return false;
    this.#recent.add(log);
    if (!this.#recent.full) return false;
    // The median is below exactly where more than half of the values are.
    let below = 0;
    for (const value of this.#recent.values) if (value < this.#threshold) below++;
    return below > this.#recent.values.length / 2;
  }
}

export const FIXED_MEDIAN: RuleSetting[] = [0.7, 0.5, 0.3, 0.15].map((threshold) => ({
  rule: 'fixed median',
  setting: `ratio < ${threshold}`,
  usual: threshold === 0.5,
  create: () => new FixedMedian(threshold),
}));

const EWMA_WEIGHT = 0.1;

/** Exponentially weighted moving average of ln(A/B), Roberts 1959: below the mean by L standard deviations of it. */
class Ewma implements Rule {
  readonly #training: Training;
  readonly #limit: number;
  #value = 0;

  constructor(trainedAt: number, limit: number) {
    this.#training = new Training(trainedAt);
    this.#limit = -limit * Math.sqrt(EWMA_WEIGHT / (2 - EWMA_WEIGHT));
  }

  observe(test: SimulatedTest): boolean {
    const log = logRatio(test);
    const score = log === null ? null : this.#training.score(test.at, log);
    if (score === null) return false;
    this.#value = (1 - EWMA_WEIGHT) * this.#value + EWMA_WEIGHT * score;
    return this.#value < this.#limit;
  }
}

export const EWMA: RuleSetting[] = [3, 4, 5, 7].map((limit) => ({
  rule: 'EWMA',
  setting: `L = ${limit}`,
  usual: limit === 3,
  create: (trainedAt) => new Ewma(trainedAt, limit),
}));

/** One-sided CUSUM of standardised ln(A/B), Page 1954: reference k = 0.5, decision interval h. */
class Cusum implements Rule {
  readonly #training: Training;
  readonly #h: number;
  #sum = 0;

  constructor(trainedAt: number, h: number) {
    this.#training = new Training(trainedAt);
    this.#h = h;
  }

  observe(test: SimulatedTest): boolean {
    const log = logRatio(test);
    const score = log === null ? null : this.#training.score(test.at, log);
    if (score === null) return false;
    // A chart that has signalled begins anew.
    if (this.#sum > this.#h) this.#sum = 0;
    this.#sum = Math.max(0, this.#sum - score - 0.5);
    return this.#sum > this.#h;
  }
}

export const CUSUM: RuleSetting[] = [5, 10, 20, 40].map((h) => ({
  rule: 'CUSUM',
  setting: `h = ${h}`,
  usual: h === 5,
  create: (trainedAt) => new Cusum(trainedAt, h),
}));
