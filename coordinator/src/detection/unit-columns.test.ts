import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smallWorld, WORLD_START } from '../../../tests/support/small-world.js';
import { CountryNumbers } from './country-numbers.js';
import { flagsOf } from './flags.js';
import { Speakers } from './speakers.js';
import type { Unit } from './types.js';
import { UnitColumns } from './unit-columns.js';

function columnsOf(units: readonly Unit[]) {
  const countries = new CountryNumbers();
  return { columns: new UnitColumns(units, countries, new Speakers()), countries };
}

describe('columns of units', () => {
  it('say of each unit what it says itself', () => {
    const units = smallWorld({
      periods: 3,
      shows: ({ country, probe, period }) => ({
        tests: 1 + probe,
        blocked: probe === 1 && period === 2,
        stalled: probe === 2 && period > 0,
        ...(country === 'PL' && { country: null, asn: null }),
      }),
    });
    const { columns, countries } = columnsOf(units);
    const told = units.map((_, at) => ({
      country: countries.names[columns.country[at] as number] ?? null,
      period: columns.period[at],
      measuredAt: columns.measuredAt[at],
      asn: columns.asn[at] === -1 ? null : columns.asn[at],
      flags: columns.flags[at],
      tests: columns.tests[at],
    }));
    const wanted = units.map((unit) => {
      const { country, period, measuredAt, asn, tests } = unit;
      return { country, period, measuredAt, asn, flags: flagsOf(unit), tests };
    });
    expect(told).toEqual(wanted);
    expect(new Set(columns.subnet).size).toBe(16);
    expect([...columns.firstSeen]).toEqual([
      ['slow', WORLD_START],
      ['stalled', WORLD_START + 1],
      ['blocked', WORLD_START + 2],
    ]);
  });

  it('say what the same subnet showed last in the same ASN, however it moves', () => {
    const moves = fc.array(
      fc.record({ probe: fc.nat(2), asn: fc.constantFrom(null, 64_500, 64_501), slow: fc.boolean() }),
      { maxLength: 30 },
    );
    const [first] = smallWorld({ periods: 1, shows: () => ({}) }) as [Unit];
    fc.assert(
      fc.property(moves, (story) => {
        const units = story.map(({ probe, asn, slow }, i): Unit => {
          return { ...first, id: `${i}`, measuredAt: i, subnet: `subnet ${probe}`, asn, slow };
        });
        const before = units.map((unit, at) => {
          const same = ({ subnet, asn }: Unit) => subnet === unit.subnet && asn === unit.asn;
          const last = units.slice(0, at).findLast(same);
          return last === undefined ? -1 : flagsOf(last);
        });
        expect([...columnsOf(units).columns.previous]).toEqual(before);
      }),
    );
  });
});
