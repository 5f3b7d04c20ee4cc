import type { RateSummary, Share } from '@brakelight/shared';
import type { Unit } from './types.js';

/** Slow units from which the slope of target on control can be told. */
const MIN_SLOPE_UNITS = 10;
/** Slopes: one fixed rate 0.025, normal lines 0.88-0.97 (method, section 1). */
const FIXED_SLOPE = 0.3;
/** A fixed rate has a narrow spread: quartiles within this factor. */
const FIXED_SPREAD = 2;

/** The p-quantile of sorted numbers, linear between neighbours; NaN for none. */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = (sorted.length - 1) * p;
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}

/** Median as an integer; `null` for none. */
export function median(values: readonly (number | null)[]): number | null {
  const known = new Float64Array(values.length);
  let count = 0;
  for (const value of values) if (value !== null) known[count++] = value;
  const sorted = known.subarray(0, count).sort();
  return sorted.length === 0 ? null : Math.round(quantile(sorted, 0.5));
}

/**
 * Confidence sequence of a share, level 95 % at every moment: all p at which the uniform mixture's likelihood ratio is
 * below 20 (Ville's inequality; Robbins 1970).
 */
export function shareOf(k: number, n: number): Share {
  if (n === 0) return { estimate: 0, lower: 0, upper: 1 };
  const estimate = k / n;
  const mixture = logBeta(k + 1, n - k + 1);
  const out = (p: number) =>
    mixture - (k > 0 ? k * Math.log(p) : 0) - (n > k ? (n - k) * Math.log1p(-p) : 0) >= Math.log(20);
  const edge = (from: number, to: number): number => {
    let [outside, inside] = [from, to];
    for (let i = 0; i < 50; i++) {
      const middle = (outside + inside) / 2;
      if (out(middle)) outside = middle;
      else inside = middle;
    }
    return inside;
  };
  return { estimate, lower: k === 0 ? 0 : edge(0, estimate), upper: k === n ? 1 : edge(1, estimate) };
}

/** Rates of affected units, and whether they are one fixed rate. `null` where nothing came. */
export function rateSummary(units: readonly Unit[]): RateSummary | null {
  const pairs = units.filter((unit) => (unit.targetRateBps ?? 0) > 0);
  const sorted = pairs.map((unit) => unit.targetRateBps as number).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const [p25Bps, medianBps, p75Bps] = [0.25, 0.5, 0.75].map((p) => Math.round(quantile(sorted, p))) as [
    number,
    number,
    number,
  ];
  const slope = logSlope(pairs);
  const narrow = p75Bps <= FIXED_SPREAD * Math.max(1, p25Bps);
  return {
    medianBps,
    p25Bps,
    p75Bps,
    fixed: slope === null ? null : Math.abs(slope) < FIXED_SLOPE && narrow,
    slope,
  };
}

/**
 * Slope of ln(target) on ln(control) by least squares; `null` where too few units, or controls too alike for the spread of
 * the rates, can tell.
 */
function logSlope(units: readonly Unit[]): number | null {
  const points = units
    .filter((unit) => (unit.controlRateBps ?? 0) > 0)
    .map(
      (unit) => [Math.log(unit.controlRateBps as number), Math.log(unit.targetRateBps as number)] as const,
    );
  if (points.length < MIN_SLOPE_UNITS) return null;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  let [xx, xy, yy] = [0, 0, 0];
  for (const [x, y] of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  // Controls within 10 % of each other say nothing about the slope.
  if (Math.sqrt(xx / points.length) < 0.1) return null;
  const slope = xy / xx;
  const error = Math.sqrt(Math.max(0, yy - slope * xy) / (points.length - 2) / xx);
  // Two standard errors: no more than the limit for a fixed rate, or all beyond it.
  return 2 * error <= Math.max(FIXED_SLOPE, Math.abs(slope) - FIXED_SLOPE) ? slope : null;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Stirling's series; exact to 1e-12 for x >= 1. */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 12; at++) shift += Math.log(at);
  const inverse = 1 / (at * at);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
