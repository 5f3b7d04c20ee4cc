import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slowAt, smallWorld } from '../../../tests/support/small-world.js';
import { Random } from '../simulation/random.js';
import { median, rateSummary, shareOf } from './statistics.js';
import type { Unit } from './types.js';

/** Probability that a share p, watched after each of n units, is ever outside its confidence sequence: exact. */
function everExcluded(p: number, n: number): number {
  // Of each count of affected units, the probability of having come there without being excluded.
  let inside = [1];
  for (let units = 1; units <= n; units++) {
    inside = Array.from({ length: units + 1 }, (_, k) => {
      const { lower, upper } = shareOf(k, units);
      if (p < lower || p > upper) return 0;
      return (inside[k] ?? 0) * (1 - p) + (inside[k - 1] ?? 0) * p;
    });
  }
  return 1 - inside.reduce((sum, probability) => sum + probability, 0);
}

describe('a share and its confidence sequence', () => {
  it.each([0.04, 0.3, 0.5, 0.9])('ever excludes a share of %s in one run of twenty at most', (p) => {
    const missed = everExcluded(p, 250);
    expect(missed).toBeLessThanOrEqual(0.05);
    // It promises no more than it has to, either.
    expect(missed).toBeGreaterThan(0.01);
  });

  it('is known exactly where nothing, or everything, is affected', () => {
    expect(shareOf(0, 0)).toEqual({ estimate: 0, lower: 0, upper: 1 });
    // The mixture's likelihood ratio against p after n units without a single one: 1 / ((n + 1) (1 - p)^n).
    const { estimate, lower, upper } = shareOf(0, 9);
    expect([estimate, lower]).toEqual([0, 0]);
    expect(10 * (1 - upper) ** 9).toBeCloseTo(1 / 20, 12);
  });

  it('says of the others what it says of these, the other way round', () => {
    const counts = fc.integer({ min: 1, max: 5000 }).chain((n) => fc.tuple(fc.nat(n), fc.constant(n)));
    fc.assert(
      fc.property(counts, ([k, n]) => {
        const [these, others] = [shareOf(k, n), shareOf(n - k, n)];
        expect(these.lower).toBeCloseTo(1 - others.upper, 9);
        expect(these.lower).toBeLessThanOrEqual(these.estimate);
        expect(these.upper).toBeGreaterThanOrEqual(these.estimate);
      }),
    );
  });
});

/** Slow units on lines of all speeds around 10 Mbit/s (factor e^spread). */
function slowUnits(
  count: number,
  spread: number,
  random: Random,
  rate: (controlBps: number) => number,
): Unit[] {
  const shows = () => {
    const controlRateBps = Math.round(10e6 * Math.exp(spread * random.normal()));
    return { ...slowAt(Math.round(rate(controlRateBps))), controlRateBps };
  };
  return smallWorld({ periods: Math.ceil(count / 16), shows }).slice(0, count);
}

describe('the rate of what is slow', () => {
  const seeds = Array.from({ length: 8 }, (_, seed) => seed);

  it.each(seeds)('policed to 140 kbit/s it is one fixed rate, of 140 kbit/s (seed %s)', (seed) => {
    const random = new Random(seed, 'policed');
    const units = slowUnits(80, 0.5, random, () => 140_000 * Math.exp(0.15 * random.normal()));
    const { medianBps, p25Bps, p75Bps, fixed, slope } = rateSummary(units) as NonNullable<
      ReturnType<typeof rateSummary>
    >;
    expect(Math.abs(medianBps / 140_000 - 1)).toBeLessThan(0.1);
    expect(p25Bps).toBeLessThan(140_000);
    expect(p75Bps).toBeGreaterThan(140_000);
    expect(fixed).toBe(true);
    expect(Math.abs(slope ?? 1)).toBeLessThan(0.15);
  });

  it.each(seeds)('a third of the speed of every line is no fixed rate (seed %s)', (seed) => {
    const random = new Random(seed, 'third');
    const units = slowUnits(80, 0.5, random, (bps) => (bps / 3) * Math.exp(0.15 * random.normal()));
    const found = rateSummary(units);
    expect(found?.fixed).toBe(false);
    expect(Math.abs((found?.slope ?? 0) - 1)).toBeLessThan(0.15);
  });

  it('two rates are not one', () => {
    const random = new Random('two rates');
    const units = slowUnits(80, 0.5, random, () => (random.chance(0.5) ? 128_000 : 512_000));
    expect(rateSummary(units)?.fixed).toBe(false);
  });

  it.each([
    ['nine units', 9, 0.5],
    ['controls all alike', 80, 0.02],
  ])('is not called fixed, or not, of %s', (_why, count, spread) => {
    const random = new Random('few');
    const units = slowUnits(count, spread, random, () => 140_000 * Math.exp(0.1 * random.normal()));
    expect(rateSummary(units)).toMatchObject({ fixed: null, slope: null });
  });

  it.each([
    [10, 0.12, 0.3],
    [10, 0.2, 0.3],
    [20, 0.12, 0.3],
    [12, 0.4, 0.3],
    [30, 0.5, 0.3],
  ])(
    'is called wrong in at most one of twenty, however little tells: %s units, spread %s, noise %s',
    (count, spread, noise) => {
      const RUNS = 400;
      const wrong = (truth: boolean, name: string) =>
        Array.from({ length: RUNS }, (_, run) => {
          const random = new Random(run, name, count, spread);
          const rate = (bps: number) => (truth ? 1e6 : bps / 3) * Math.exp(noise * random.normal());
          return rateSummary(slowUnits(count, spread, random, rate))?.fixed === !truth;
        }).filter(Boolean).length;
      expect(wrong(true, 'fixed') / RUNS).toBeLessThanOrEqual(0.05);
      expect(wrong(false, 'line') / RUNS).toBeLessThanOrEqual(0.05);
    },
  );

  it('is that of the units in which something came', () => {
    expect(rateSummary([])).toBeNull();
    const [unit] = smallWorld({ periods: 1, shows: () => slowAt(140_000) }) as [Unit];
    expect(rateSummary([{ ...unit, targetRateBps: null }])).toBeNull();
    expect(rateSummary([unit, { ...unit, targetRateBps: 0 }])).toEqual({
      medianBps: 140_000,
      p25Bps: 140_000,
      p75Bps: 140_000,
      fixed: null,
      slope: null,
    });
  });
});

describe('median', () => {
  it.each([
    [[], null],
    [[null], null],
    [[5, null, 1, 9], 5],
    [[4, 1, 2, 8], 3],
  ])('of %j is %s', (values, expected) => expect(median(values)).toBe(expected));
});
