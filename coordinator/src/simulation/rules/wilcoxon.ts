import type { SimulatedTest } from '../tests.js';
import { logRatio } from './rule.js';

const HOUR_MS = 3_600_000;
const WINDOW_MS = 6 * HOUR_MS;
const MIN_TESTS = 8;

/** Each hour: are the cell's ln(A/B) of the last 6 h smaller than those of its training week? (Wilcoxon, Mann, Whitney) */
export interface HourlyP {
  readonly hour: number;
  /** One-sided p, normal approximation. */
  readonly p: number;
}

/** @param tests of one cell, in the order of time */
export function wilcoxonSeries(tests: readonly SimulatedTest[], trainedAt: number): HourlyP[] {
  const reference: number[] = [];
  const window: { at: number; u: number }[] = [];
  const series: HourlyP[] = [];
  let sorted: Float64Array | null = null;
  let hour = Math.floor(trainedAt / HOUR_MS) + WINDOW_MS / HOUR_MS;
  let sum = 0;
  let first = 0;
  for (const test of tests) {
    const log = logRatio(test);
    if (log === null) continue;
    if (test.at < trainedAt) {
      reference.push(log);
      continue;
    }
    sorted ??= Float64Array.from(reference).sort();
    while (test.at >= (hour + 1) * HOUR_MS) {
      hour++;
      for (; first < window.length && (window[first]?.at ?? 0) < hour * HOUR_MS - WINDOW_MS; first++)
        sum -= window[first]?.u ?? 0;
      const n = window.length - first;
      if (n >= MIN_TESTS && sorted.length >= MIN_TESTS)
        series.push({ hour, p: pValue(sum, n, sorted.length) });
    }
    const u = countBelow(sorted, log);
    window.push({ at: test.at, u });
    sum += u;
  }
  return series;
}

/** P of so small a U (pairs in which the reference is below the window). */
function pValue(u: number, n: number, m: number): number {
  const z = (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
  return normalTail(z);
}

/** P(Z < z): Abramowitz and Stegun 26.2.17 (error below 7.5e-8), and its asymptote far out. */
function normalTail(z: number): number {
  if (z > 0) return 1 - normalTail(-z);
  const x = -z;
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x > 5) return density / (x + 1 / x);
  const t = 1 / (1 + 0.2316419 * x);
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return density * poly;
}

function countBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Level of the false discovery rate. */
export const BH_LEVELS = [0.05, 0.01, 0.001] as const;

/**
 * Benjamini and Hochberg over the cells of one target, hour by hour.
 * @returns per cell the moments at which it is listed
 */
export function listedByBh(series: readonly HourlyP[][], level: number): number[][] {
  const byHour = new Map<number, { cell: number; p: number }[]>();
  for (const [cell, hours] of series.entries()) {
    for (const { hour, p } of hours) {
      const list = byHour.get(hour);
      if (list === undefined) byHour.set(hour, [{ cell, p }]);
      else list.push({ cell, p });
    }
  }
  const listed: number[][] = series.map(() => []);
  for (const hour of [...byHour.keys()].sort((a, b) => a - b)) {
    const ranked = (byHour.get(hour) ?? []).sort((a, b) => a.p - b.p);
    let last = -1;
    for (const [rank, { p }] of ranked.entries()) if (p <= (level * (rank + 1)) / ranked.length) last = rank;
    for (const { cell } of ranked.slice(0, last + 1)) listed[cell]?.push(hour * HOUR_MS);
  }
  return listed;
}
