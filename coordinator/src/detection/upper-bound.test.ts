import fc from 'fast-check';
import { expect, test } from 'vitest';
import { betOn } from './bet.js';
import { CellDetector } from './cell-detector.js';
import { DEFAULT_PARAMETERS } from './parameters.js';
import type { Stakes } from './stakes.js';
import { UpperBound } from './upper-bound.js';

const bets = fc.array(
  fc.record({
    group: fc.integer({ min: 0, max: 6 }),
    later: fc.integer({ min: 0, max: 3 }),
    bet: fc.oneof(
      fc.record({ kind: fc.constant('unit' as const), value: fc.constantFrom(-1, 3, 19) }),
      fc.record({ kind: fc.constant('pair' as const), value: fc.double({ min: -1, max: 1, noNaN: true }) }),
    ),
  }),
  { maxLength: 60 },
);

test('is never below what the detector would find with groups and slots left out', () => {
  fc.assert(
    fc.property(bets, (list) => {
      let period = 1000;
      const placed = list.map((one) => {
        period += one.later;
        return { ...one, period, bets: [betOn(one.bet.value, DEFAULT_PARAMETERS.lambdas)] };
      });
      const of = (at: number) => placed[at] as (typeof placed)[number];
      const stakes: Stakes = {
        group: (at) => of(at).group,
        period: (at) => of(at).period,
        slot: (at) => of(at).period,
        bets: (at) => of(at).bets,
      };
      const detector = new CellDetector(DEFAULT_PARAMETERS, ['slow'], new Map([['slow', 0]]), stakes);
      for (const [at, { group, bet, ...when }] of placed.entries()) {
        const measuredAt = when.period * DEFAULT_PARAMETERS.periodMs;
        if (bet.kind === 'unit') detector.addUnit(at);
        else detector.addPair(group, { period: when.period, measuredAt }, bet.value);
      }
      expect(detector.mayReach('slow', detector.evidence('slow', period).logR - 1e-9)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('follows the recursion of Shiryaev and Roberts', () => {
  const bound = new UpperBound(1, 1);
  bound.unit(1, betOn(1, [0.5]));
  bound.unit(2, betOn(1, [0.5]));
  // Starts 1 and 2: 1.5 x 1.5 + 1.5.
  expect(bound.atMost()).toBeGreaterThanOrEqual(bound.logR());
  expect(Math.exp(bound.logR())).toBeCloseTo(3.75);
});

test('says little of a quiet cell with both channels, so that nobody need look', () => {
  const { lambdas, swapLambdas } = DEFAULT_PARAMETERS;
  const bound = new UpperBound(lambdas.length, swapLambdas.length);
  for (let period = 0; period < 96; period++) {
    for (let i = 0; i < 4; i++) {
      bound.unit(period, betOn(-1, lambdas));
      bound.pair(period, betOn(i % 2 === 0 ? 0.6 : -0.6, swapLambdas));
    }
  }
  expect(bound.logR()).toBeLessThan(Math.log(DEFAULT_PARAMETERS.suspicion));
});
