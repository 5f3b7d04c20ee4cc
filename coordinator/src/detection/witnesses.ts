import type { DetectionParameters } from './parameters.js';
import type { UnitIndex } from './unit-index.js';

/**
 * Do at least 3 subnets of 2 owners (parameters) speak for an incident?
 * @param cell positions of its units and pairs in the index
 * @param groups that speak for it
 */
export function witnessed(
  cell: { readonly units: readonly number[]; readonly pairs: readonly number[] },
  groups: ReadonlySet<number>,
  { group, subnet, owner, pairGroup, pairSubnet, pairOwner }: UnitIndex,
  { minSubnets, minOwners }: DetectionParameters,
): boolean {
  const subnets = new Set<number>();
  const owners = new Set<number>();
  for (const at of cell.units) {
    if (!groups.has(group[at] as number)) continue;
    subnets.add(subnet[at] as number);
    owners.add(owner[at] as number);
  }
  for (const at of cell.pairs) {
    if (!groups.has(pairGroup[at] as number)) continue;
    subnets.add(pairSubnet[at] as number);
    owners.add(pairOwner[at] as number);
  }
  return subnets.size >= minSubnets && owners.size >= minOwners;
}
