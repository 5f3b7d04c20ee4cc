import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlacedBets } from './bets.js';
import { logSumExp } from './bounds.js';
import { type LeaveOut, RobustProduct } from './robust-product.js';

const NOTHING: LeaveOut = leaveOut(0, 0);

function leaveOut(groups: number, shockSlots: number): LeaveOut {
  return { groups: () => groups, shockSlots };
}

interface Bet {
  group: number;
  period: number;
  y: number;
}

function productOf(bets: readonly Bet[], lambdas: readonly number[]): RobustProduct {
  const placed = new PlacedBets(lambdas);
  for (const { group, period, y } of bets) placed.add(group, period, period, y);
  return new RobustProduct(placed, lambdas.length);
}

/** All ways to leave out, tried one by one. */
function bruteForce(
  bets: readonly Bet[],
  lambda: number,
  from: number,
  groups: number,
  shockSlots: number,
): number {
  const log = (kept: readonly Bet[]) => kept.reduce((sum, { y }) => sum + Math.log1p(lambda * y), 0);
  const since = bets.filter(({ period }) => period >= from);
  const names = [...new Set(since.map(({ group }) => group))];
  const lengths = Array.from({ length: shockSlots + 1 }, (_, i) => i);
  const shocks = lengths.flatMap((length) => [0, 1, 2, 3, 4].map((begin) => ({ begin, length })));
  let least = log(since);
  for (let mask = 0; mask < 1 << names.length; mask++) {
    const out = names.filter((_, i) => (mask >> i) & 1);
    if (out.length > groups) continue;
    for (const { begin, length } of shocks) {
      const left = ({ group, period }: Bet) =>
        out.includes(group) || (period >= begin && period < begin + length);
      least = Math.min(least, log(since.filter((bet) => !left(bet))));
    }
  }
  return least;
}

const bets = fc
  .array(fc.record({ group: fc.nat(5), period: fc.nat(4), y: fc.constantFrom(-1, -0.5, 0, 1.5, 8) }), {
    minLength: 1,
    maxLength: 25,
  })
  .map((list) => list.sort((a, b) => a.period - b.period));

describe('robust product', () => {
  it('leaves out what takes away most: groups and shock together', () => {
    fc.assert(
      fc.property(bets, fc.nat(2), fc.nat(2), (list, groups, shockSlots) => {
        const logE = productOf(list, [0.7]).logE(0, 4, leaveOut(groups, shockSlots));
        for (let start = 0; start <= 4; start++) {
          expect(logE[start]).toBeCloseTo(bruteForce(list, 0.7, start, groups, shockSlots), 9);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leaves out more, never less, where there are more shocks than are looked at one by one', () => {
    fc.assert(
      fc.property(bets, fc.nat(2), (list, groups) => {
        const logE = productOf(list, [0.7]).logE(0, 4, leaveOut(groups, 4));
        for (let start = 0; start <= 4; start++) {
          expect(logE[start]).toBeLessThanOrEqual(bruteForce(list, 0.7, start, groups, 4) + 1e-9);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has a mean of 1 under the null, by enumeration, and at most 1 when something is left out', () => {
    const p0 = 0.2;
    const groups = [0, 1, 0, 2, 1, 3, 2, 0, 4, 1];
    for (const out of [NOTHING, leaveOut(1, 0), leaveOut(1, 1), leaveOut(1, 2)]) {
      let mean = 0;
      for (let mask = 0; mask < 1 << groups.length; mask++) {
        let probability = 1;
        const list = groups.map((group, i) => {
          const x = (mask >> i) & 1;
          probability *= x === 1 ? p0 : 1 - p0;
          // Group 4 joins late.
          return { group, period: Math.floor(i / 3), y: x / p0 - 1 };
        });
        mean += probability * Math.exp(productOf(list, [0.1, 0.5, 0.95]).logE(0, 3, out)[0] as number);
      }
      if (out === NOTHING) expect(mean).toBeCloseTo(1, 10);
      else expect(mean).toBeLessThan(1);
    }
  });

  it('is never above the product of the honest groups, whatever f liars send and whenever they join', () => {
    fc.assert(
      fc.property(bets, bets, fc.nat(2), (honest, lies, f) => {
        const liars = lies
          .filter(({ group }) => group < f)
          .map((lie) => ({ ...lie, group: lie.group + 100 }));
        const all = [...honest, ...liars].sort((a, b) => a.period - b.period);
        const [told] = productOf(all, [0.3, 0.9]).logE(0, 4, leaveOut(f, 2));
        const [truth] = productOf(honest, [0.3, 0.9]).logE(0, 4, NOTHING);
        expect(told as number).toBeLessThanOrEqual((truth as number) + 1e-9);
      }),
      { numRuns: 500 },
    );
  });

  it('rises, or stays, when a unit turns slow', () => {
    fc.assert(
      fc.property(bets, fc.nat(24), (list, which) => {
        const at = which % list.length;
        const slower = list.map((bet, i) => (i === at ? { ...bet, y: Math.max(bet.y, 8) } : bet));
        const sum = (of: readonly Bet[]) => logSumExp(productOf(of, [0.3, 0.9]).logE(0, 4, leaveOut(1, 2)));
        expect(sum(slower)).toBeGreaterThanOrEqual(sum(list) - 1e-9);
      }),
    );
  });

  it('bounds itself cheaply from above', () => {
    fc.assert(
      fc.property(bets, (list) => {
        const product = productOf(list, [0.3, 0.9]);
        const from = list[0]?.period ?? 0;
        const to = list.at(-1)?.period ?? 0;
        expect(product.upperLogR()).toBeGreaterThanOrEqual(logSumExp(product.logE(from, to, NOTHING)) - 1e-9);
      }),
    );
  });

  it('does not overflow at a million units', () => {
    const bets = new PlacedBets([0.5, 0.95]);
    for (let i = 0; i < 1_000_000; i++) bets.add(i % 50, Math.floor(i / 10_000), Math.floor(i / 10_000), 19);
    const logE = new RobustProduct(bets, 2).logE(4, 99, leaveOut(5, 2));
    expect(logE.every(Number.isFinite)).toBe(true);
    expect(logE[0] as number).toBeGreaterThan(2e6);
  });
});
