import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairAfter, type Seat, slowAt, smallWorld, WORLD_START } from '../../../tests/support/small-world.js';
import { DEFAULT_PARAMETERS } from './parameters.js';
import { type SweepCountry, sweep } from './sweep.js';
import { sybilNumber } from './sybil.js';
import type { SwapPair, Unit } from './types.js';

const PARAMETERS = { ...DEFAULT_PARAMETERS, threshold: 1e4 };

interface World {
  readonly units: readonly Unit[];
  readonly pairs?: readonly SwapPair[];
}

/** France after a period. */
function france({ units, pairs = [] }: World, period: number): SweepCountry {
  const now = WORLD_START + period;
  const known = units.filter((unit) => unit.period <= now);
  const found = sweep(known, pairs, PARAMETERS, WORLD_START, now).countries.get('FR');
  if (found === undefined) throw new Error('nobody measured in FR');
  return found;
}

function numberOf(world: World, period: number): number | null {
  const { cell, evidence } = france(world, period);
  return sybilNumber(cell, evidence, WORLD_START + period);
}

/** Does the alarm of France stand where these probes of it have never been? */
function standsWithout(gone: readonly number[], { units, pairs = [] }: World, period: number): boolean {
  const names = new Set(gone.map((probe) => `FR ${probe}`));
  const kept = ({ subnet }: { readonly subnet: string }) => !names.has(subnet);
  const world = { units: units.filter(kept), pairs: pairs.filter(kept) };
  if (!world.units.some(({ country }) => country === 'FR')) return false;
  const { cell, evidence } = france(world, period);
  if (cell.open === null) return false;
  return evidence.evidence(cell.open.indicator, WORLD_START + period).logR >= cell.open.logThreshold;
}

/** Probes 0 to n - 1. */
const first = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** All choices of so many of n probes. */
function choices(n: number, size: number): number[][] {
  if (size === 0) return [[]];
  return first(n).flatMap((last) => choices(last, size - 1).map((rest) => [...rest, last]));
}

/** The first probes of France are slow from period 10 on. */
const slowFor =
  (slow: number) =>
  ({ country, probe, period }: Seat) =>
    country === 'FR' && probe < slow && period >= 10 ? slowAt(140_000) : {};

describe('the Sybil number', () => {
  // f is 1 up to 7 groups and 2 up to 19: one more than f must be slow, and three remain as witnesses.
  it.each([
    { probes: 4, slow: 3, number: 0 },
    { probes: 4, slow: 4, number: 1 },
    { probes: 6, slow: 4, number: 1 },
    { probes: 6, slow: 6, number: 3 },
    { probes: 8, slow: 5, number: 2 },
    { probes: 10, slow: 10, number: 7 },
  ])('is $number where $slow of $probes groups are slow for long, as deletion shows', (world) => {
    const { probes, slow, number } = world;
    const units = smallWorld({ periods: 60, probes, shows: slowFor(slow) });
    expect(numberOf({ units }, 59)).toBe(number);
    expect(standsWithout(first(number), { units }, 59)).toBe(true);
    expect(standsWithout(first(number + 1), { units }, 59)).toBe(false);
  });

  it('is as large as it can be while the evidence is young: more of it, and more may go', () => {
    const units = smallWorld({ periods: 17, probes: 6, shows: slowFor(6) });
    const numbers = [12, 13, 14, 16].map((period) => numberOf({ units }, period));
    expect(numbers).toEqual([null, 1, 2, 3]);
    for (const [period, number] of [13, 14, 16].map((at, i) => [at, numbers[i + 1] as number] as const)) {
      const stand = (size: number) => choices(6, size).map((gone) => standsWithout(gone, { units }, period));
      expect(new Set(stand(number))).toEqual(new Set([true]));
      expect(stand(number + 1)).toContain(false);
    }
  });

  it('counts what the networks say where the country as a whole says less', () => {
    const shows = (seat: Seat) => ({ ...slowFor(4)(seat), ...(seat.country === 'FR' && network(seat)) });
    const network = ({ probe }: Seat) => ({ asn: probe < 4 ? 64_500 : 64_501 });
    const units = smallWorld({ periods: 16, probes: 8, shows });
    const { cell, evidence } = france({ units }, 14);
    const [pooled, whole] = [cell, evidence].map((one) => one.evidence('slow', WORLD_START + 14).logR);
    expect(pooled).toBeLessThan(Math.log(PARAMETERS.threshold));
    expect(whole).toBeGreaterThan(Math.log(PARAMETERS.threshold));
    expect(numberOf({ units }, 14)).toBe(0);
  });

  it('is null before an alarm, and after its end', () => {
    const shows = (seat: Seat) => (seat.period < 22 ? slowFor(4)(seat) : {});
    const units = smallWorld({ periods: 40, shows });
    expect(numberOf({ units }, 9)).toBeNull();
    expect(numberOf({ units }, 20)).toBe(1);
    expect(france({ units }, 39).cell).toMatchObject({ open: null, lifts: [{}] });
    expect(numberOf({ units }, 39)).toBeNull();
  });

  it('is never more than can be deleted, whoever they are and in either channel', () => {
    const world = fc.record({
      probes: fc.integer({ min: 4, max: 9 }),
      /** Of each probe of France: from which period on it is slow, and in every how many. */
      habits: fc.array(fc.tuple(fc.integer({ min: 5, max: 25 }), fc.constantFrom(1, 1, 1, 2, 3)), {
        minLength: 9,
        maxLength: 9,
      }),
      paired: fc.boolean(),
      order: fc.shuffledSubarray(first(9), { minLength: 9 }),
    });
    let stood = 0;
    fc.assert(
      fc.property(world, ({ probes, habits, paired, order }) => {
        const units = smallWorld({
          periods: 26,
          probes,
          shows: ({ country, probe, period }) => {
            const [from, every] = habits[probe] as [number, number];
            return country === 'FR' && period >= from && period % every === 0 ? slowAt(140_000) : {};
          },
        });
        const late = units.filter(
          ({ period, country }) => paired && country === 'FR' && period >= WORLD_START + 20,
        );
        const pairs = late.map((unit) => pairAfter(unit, { gain: unit.slow ? 1 : 0 }));
        const number = numberOf({ units, pairs }, 25);
        if (number === null) return;
        stood++;
        const gone = order.filter((probe) => probe < probes).slice(0, number);
        expect(standsWithout(gone, { units, pairs }, 25)).toBe(true);
      }),
      { numRuns: 40, seed: 7 },
    );
    expect(stood).toBeGreaterThan(10);
  });
});
