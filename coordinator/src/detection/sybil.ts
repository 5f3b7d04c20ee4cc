import type { DetectionParameters } from './parameters.js';
import type { SweepCell } from './sweep-cell.js';

/**
 * The largest number of groups that may be deleted, the most favourable first, so that the alarm still stands at `now`:
 * greedy by log-product, redone for each start and lambda. That is the worst case, because the sum is separable.
 * @returns `null` where it does not stand now even with all of them
 */
export function sybilNumber(cell: SweepCell, parameters: DetectionParameters, now: number): number | null {
  const alarm = cell.alarms.at(-1);
  if (alarm === undefined) return null;
  const { indicator, logThreshold } = alarm;
  const stands = (without: number) =>
    cell.detector.evidence(indicator, now, without).logR >= logThreshold &&
    cell.detector.groups(now) - without >= parameters.minSubnets;
  return largest(stands, cell.detector.groups(now));
}

/** Largest m in 0..most for which a falling condition holds; `null` where it does not at 0. */
function largest(holds: (m: number) => boolean, most: number): number | null {
  if (!holds(0)) return null;
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
