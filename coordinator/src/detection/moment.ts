import type { DetectionParameters } from './parameters.js';

/** When a unit or a pair was measured. */
export interface Moment {
  /** Unix milliseconds. */
  readonly measuredAt: number;
  readonly period: number;
}

/** One bad hour is not a throttle: number of the stretch (`shockMs`, or a period where shorter) left out as a shock. */
export function slotOf(measuredAt: number, parameters: DetectionParameters): number {
  return Math.floor(measuredAt / Math.min(parameters.periodMs, parameters.shockMs));
}
