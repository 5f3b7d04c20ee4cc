import { INDICATORS, type Indicator } from './parameters.js';

/** Period in which an indicator was first seen, anywhere. */
export type FirstSeen = ReadonlyMap<Indicator, number>;

/**
 * ln w_i(s): 1/k for each of the k indicators that somebody, somewhere, had shown before the start (`slow` always counts),
 * 0 for the others. A mixture's weights must be known when a start begins.
 */
export function logWeight(indicator: Indicator, start: number, seen: FirstSeen): number {
  const known = (one: Indicator) => one === 'slow' || (seen.get(one) ?? start) < start;
  return known(indicator) ? -Math.log(INDICATORS.filter(known).length) : Number.NEGATIVE_INFINITY;
}
