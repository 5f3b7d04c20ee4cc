import { onsetOf } from './alarm.js';
import type { EvidenceSource } from './cell-evidence.js';
import type { SweepCell } from './sweep-cell.js';

/**
 * The largest number of groups that may be deleted, whichever they are, so that the alarm still stands at `now`: R is at
 * its threshold, and enough speak for it. Greedy by log-product, redone for each start and lambda: that is the worst case,
 * because the sum is separable.
 * @param source of the R that raised the alarm: the cell itself, or the mixture of its country
 * @returns `null` where no alarm stands, or R is no longer at its threshold
 */
export function sybilNumber(cell: SweepCell, source: EvidenceSource, now: number): number | null {
  if (cell.open === null) return null;
  const { indicator, logThreshold } = cell.open;
  const onset = onsetOf(source.evidence(indicator, now)).best;
  const stands = (without: number) =>
    source.evidence(indicator, now, without).logR >= logThreshold &&
    cell.witnessed(indicator, onset, without);
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
