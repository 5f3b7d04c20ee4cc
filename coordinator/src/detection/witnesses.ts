import type { DetectionParameters } from './parameters.js';
import type { UnitIndex } from './unit-index.js';

/**
 * Do at least 3 subnets of 2 owners (parameters) speak for an incident?
 * @param cell positions of its units and pairs in the index
 * @param groups that speak for it
 * @param without so many groups, the largest, are deleted
 */
export function witnessed(
  cell: { readonly units: readonly number[]; readonly pairs: readonly number[] },
  groups: ReadonlySet<number>,
  { group, subnet, owner, pairGroup, pairSubnet, pairOwner }: UnitIndex,
  { minSubnets, minOwners }: DetectionParameters,
  without = 0,
): boolean {
  const subnets = new Map([...groups].map((one) => [one, new Set<number>()]));
  const owners = new Map([...groups].map((one) => [one, new Set<number>()]));
  for (const at of cell.units) {
    subnets.get(group[at] as number)?.add(subnet[at] as number);
    owners.get(group[at] as number)?.add(owner[at] as number);
  }
  for (const at of cell.pairs) {
    subnets.get(pairGroup[at] as number)?.add(pairSubnet[at] as number);
    owners.get(pairGroup[at] as number)?.add(pairOwner[at] as number);
  }
  return left(subnets, without) >= minSubnets && left(owners, without) >= minOwners;
}

/** How many members are left when the largest groups are deleted. Groups have none in common. */
function left(groups: ReadonlyMap<number, ReadonlySet<number>>, without: number): number {
  const sizes = [...groups.values()].map(({ size }) => size).sort((a, b) => a - b);
  return sizes.slice(0, Math.max(0, sizes.length - without)).reduce((sum, size) => sum + size, 0);
}
