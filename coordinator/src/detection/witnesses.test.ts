import { describe, expect, it } from 'vitest';
import { pairAfter, smallWorld } from '../../../tests/support/small-world.js';
import { DEFAULT_PARAMETERS } from './parameters.js';
import type { Unit } from './types.js';
import { UnitIndex } from './unit-index.js';
import { witnessed } from './witnesses.js';

/** Does a cell have its witnesses, if each of these subnets speaks for its owner, and all of them for an incident? */
function enough(spoken: readonly (readonly [subnet: string, owner: string])[], without = 0, paired = 0) {
  const [unit] = smallWorld({ periods: 1, shows: () => ({}) }) as [Unit];
  const units = spoken.map(([subnet, owner], i): Unit => ({ ...unit, id: `${i}`, subnet, owner }));
  // The last ones have run swap pairs only.
  const split = units.length - paired;
  const index = new UnitIndex(
    units.slice(0, split),
    units.slice(split).map((one) => pairAfter(one)),
  );
  const cell = { units: [...index.units.keys()], pairs: [...index.pairs.keys()] };
  const groups = new Set([...index.group, ...index.pairGroup]);
  return witnessed(cell, groups, index, DEFAULT_PARAMETERS, without);
}

const three = [
  ['a', 'ann'],
  ['b', 'bob'],
  ['c', 'cem'],
] as const;

describe('witnesses', () => {
  it('are three subnets of two owners', () => {
    expect(enough(three)).toBe(true);
    expect(enough(three.slice(0, 2))).toBe(false);
    expect(enough([...three.slice(0, 2), ['c', 'ann']])).toBe(true);
    expect(enough(three.map(([subnet]) => [subnet, 'ann'] as const))).toBe(false);
  });

  it('may have run swap pairs only', () => {
    expect(enough(three, 0, 1)).toBe(true);
    expect(enough(three, 0, 3)).toBe(true);
  });

  it('are those that remain when the largest groups are deleted', () => {
    expect(enough(three, 1)).toBe(false);
    expect(enough([...three, ['d', 'dan']], 1)).toBe(true);
    // Four subnets and two owners in two groups: without either of them there is one owner.
    const two = [
      ['a', 'ann'],
      ['b', 'ann'],
      ['c', 'cem'],
      ['d', 'cem'],
    ] as const;
    expect(enough(two)).toBe(true);
    expect(enough(two, 1)).toBe(false);
    expect(enough(three, 5)).toBe(false);
  });

  it('are none of those who do not speak for it', () => {
    const units = smallWorld({ periods: 2, shows: () => ({}) });
    const index = new UnitIndex(units, []);
    const cell = { units: [...index.units.keys()], pairs: [] };
    const some = (count: number) => new Set([...new Set(index.group)].slice(0, count));
    expect(witnessed(cell, some(2), index, DEFAULT_PARAMETERS)).toBe(false);
    expect(witnessed(cell, some(3), index, DEFAULT_PARAMETERS)).toBe(true);
  });
});
