import type { AffectedCount } from './lift-detector.js';
import type { Unit } from './types.js';
import type { UnitIndex } from './unit-index.js';

/**
 * Units since a period, and how many are affected, by ASN.
 * @param positions of a cell's units in the index, in the order of time
 */
export function affectedSince(
  period: number,
  positions: readonly number[],
  index: UnitIndex,
): Map<number | null, AffectedCount> {
  const counts = new Map<number | null, AffectedCount>();
  for (let i = positions.length - 1; i >= 0; i--) {
    const at = positions[i] as number;
    const unit = index.units[at] as Unit;
    if (unit.period < period) break;
    const count = counts.get(unit.asn) ?? { units: 0, affected: 0 };
    counts.set(unit.asn, count);
    count.units++;
    if (index.flags[at] !== 0) count.affected++;
  }
  return counts;
}
