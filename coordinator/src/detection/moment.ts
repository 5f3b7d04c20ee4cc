import type { DetectionParameters } from './parameters.js';

/** When a unit or a pair was measured. */
export interface Moment {
  /** Unix milliseconds. */
  readonly measuredAt: number;
  readonly period: number;
}

/** Number of the slot in which something was measured: half an hour, or a period where that is shorter. */
export function slotOf(measuredAt: number, { periodMs, slotMs }: DetectionParameters): number {
  return Math.floor(measuredAt / Math.min(periodMs, slotMs));
}

/** One bad hour is not a throttle: so many consecutive slots, the best ones, are left out. */
export function shockSlotsOf({ plain, shockSlots }: DetectionParameters): number {
  return plain ? 0 : shockSlots;
}
