import type { Indicator } from './parameters.js';

/** Evidence of a cell per start, and its sum over the starts. */
export interface Evidence {
  /** Period of the oldest start. */
  readonly from: number;
  /** ln E(s, now) of both channels combined, oldest start first. */
  readonly logE: Float64Array;
  /** ln R. */
  readonly logR: number;
}

/** Where a cell's ln R comes from: its own detector, or a country's mixture. */
export interface EvidenceSource {
  /** Can ln R be as large as that? Cheaply: most cells need no more. */
  mayReach(indicator: Indicator, logR: number): boolean;
  /** @param without groups left out on top of f (deletion of witnesses) */
  evidence(indicator: Indicator, now: number, without?: number): Evidence;
}
