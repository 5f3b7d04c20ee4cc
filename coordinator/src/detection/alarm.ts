import type { Evidence } from './cell-evidence.js';
import type { Indicator } from './parameters.js';

/** A crossing of the threshold. */
export interface Alarm {
  /** Number of the unit with which it came, from 1 in the cell's own order (0: before any unit). */
  readonly unit: number;
  readonly at: number;
  readonly period: number;
  readonly logR: number;
  /** ln of the threshold that R crossed: A, or less for an ASN named in its country's open incident. */
  readonly logThreshold: number;
  readonly indicator: Indicator;
  /** Period of the start with the largest E, and the starts within a factor of 20 of it. */
  readonly onset: { readonly best: number; readonly earliest: number; readonly latest: number };
}

/** The end of what an alarm began. */
export interface Lift {
  readonly unit: number;
  readonly at: number;
  readonly period: number;
  readonly logR: number;
}

/** What sums of a few thousand logarithms may be off by. */
const ROUNDING = 1e-9;

/** The start with the largest E, and the range of starts that are nearly as good (a factor of 20). */
export function onsetOf(evidence: Evidence): Alarm['onset'] {
  let best = 0;
  for (let i = 1; i < evidence.logE.length; i++) {
    // The latest of equals (but for rounding): periods without a unit do not make the onset earlier.
    if ((evidence.logE[i] as number) >= (evidence.logE[best] as number) - ROUNDING) best = i;
  }
  const wanted = (evidence.logE[best] as number) - Math.log(20);
  const near = [...evidence.logE.keys()].filter((i) => (evidence.logE[i] as number) >= wanted);
  return {
    best: evidence.from + best,
    earliest: evidence.from + Math.min(...near),
    latest: evidence.from + Math.max(...near),
  };
}
