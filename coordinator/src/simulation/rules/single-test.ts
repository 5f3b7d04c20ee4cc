import type { SimulatedTest } from '../tests.js';
import { Recent, type Rule, type RuleSetting } from './rule.js';

/** The crowd-sourced page of 2021: a test shows throttling when the target is below 200 and the control above 600 kbit/s. */
class KOfN implements Rule {
  readonly #k: number;
  readonly #recent: Recent;
  readonly #shows: (test: SimulatedTest) => boolean | null;

  constructor(k: number, n: number, shows: (test: SimulatedTest) => boolean | null) {
    this.#k = k;
    this.#recent = new Recent(n);
    this.#shows = shows;
  }

  observe(test: SimulatedTest): boolean {
    const shown = this.#shows(test);
    if (shown === null) return false;
    this.#recent.add(shown ? 1 : 0);
    if (!shown) return false;
    let count = 0;
    for (const value of this.#recent.values) count += value;
    return count >= this.#k;
  }
}

function below200above600(test: SimulatedTest): boolean | null {
  if (test.a === null || test.b === null) return null;
  return test.a < 200_000 && test.b > 600_000;
}

const K_OF_N = [
  [1, 1],
  [2, 10],
  [3, 10],
  [5, 10],
] as const;

export const TWO_HUNDRED_SIX_HUNDRED: RuleSetting[] = K_OF_N.map(([k, n]) => ({
  rule: '200/600',
  setting: `${k} of ${n}`,
  usual: n === 1,
  create: () => new KOfN(k, n, below200above600),
}));

/** Samples of a replay's throughput that WeHe compares, and their spread within one transfer. */
const SAMPLES = 20;
const SAMPLE_SPREAD = 0.3;
/** Two-sample Kolmogorov-Smirnov, 1 %: 1.628 sqrt(2/n). */
const KS_CRITICAL = 1.628 * Math.sqrt(2 / SAMPLES);

/**
 * WeHe's rule (SIGCOMM 2019) on a pair of replays, here the swap pair: the means differ by over 50 % (30 % above
 * 10 Mbit/s), and a Kolmogorov-Smirnov test of their throughput samples has p < 0.01. One-sided: the name is slower.
 * The samples are the quantiles of a lognormal spread around each transfer's rate, so that the test has an answer
 * without a curve.
 */
export function wehe(test: SimulatedTest): boolean | null {
  const { c, d } = test;
  if (c === null || d === null) return null;
  const least = d > 10_000_000 ? 0.3 : 0.5;
  if ((d - c) / d <= least) return false;
  return ksDistance(Math.log(c), Math.log(d)) > KS_CRITICAL;
}

/** Largest distance between the distributions of two samples with the same spread. */
function ksDistance(lower: number, upper: number): number {
  let most = 0;
  for (let i = 1; i <= SAMPLES; i++) {
    const at = lower + SAMPLE_SPREAD * (QUANTILES[i - 1] as number);
    let below = 0;
    for (const q of QUANTILES) if (upper + SAMPLE_SPREAD * q <= at) below++;
    most = Math.max(most, (i - below) / SAMPLES);
  }
  return most;
}

/** Normal quantiles at (i - 1/2)/20, Abramowitz and Stegun 26.2.23. */
const QUANTILES = Array.from({ length: SAMPLES }, (_, i) => normalQuantile((i + 0.5) / SAMPLES));

function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  const top = 2.515517 + t * (0.802853 + t * 0.010328);
  return -(t - top / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
}

/** Fewer of ten are met nearly always, in ordinary life. */
const WEHE_K_OF_N = [
  [5, 10],
  [7, 10],
  [12, 20],
] as const;

export const WEHE: RuleSetting[] = WEHE_K_OF_N.map(([k, n]) => ({
  rule: 'WeHe',
  setting: `${k} of ${n}`,
  usual: k === 5,
  create: () => new KOfN(k, n, wehe),
}));
