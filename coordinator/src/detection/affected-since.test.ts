import { expect, it } from 'vitest';
import { slowAt, smallWorld, WORLD_START } from '../../../tests/support/small-world.js';
import { affectedSince } from './affected-since.js';
import { UnitIndex } from './unit-index.js';

it('counts the units since a period and what is affected of them, by ASN', () => {
  const units = smallWorld({
    periods: 10,
    shows: ({ country, probe, period }) => {
      if (country !== 'FR') return null;
      // Of three ASNs (one is not known) the first is slow, the second blocked every other period.
      const asn = [64_500, 64_500, 64_501, null][probe] ?? null;
      if (probe < 2) return { asn, ...slowAt(140_000) };
      return { asn, slow: false, blocked: probe === 2 && period % 2 === 0 };
    },
  });
  const index = new UnitIndex(units, []);
  const positions = [...index.units.keys()];
  expect(affectedSince(WORLD_START + 6, positions, index)).toEqual(
    new Map([
      [64_500, { units: 8, affected: 8 }],
      [64_501, { units: 4, affected: 2 }],
      [null, { units: 4, affected: 0 }],
    ]),
  );
  expect(affectedSince(WORLD_START + 10, positions, index)).toEqual(new Map());
  expect(affectedSince(WORLD_START, positions, index).get(64_500)).toEqual({ units: 20, affected: 20 });
});
