import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capAtAThird, logAdd, logMeanExp, logSumExp, lowerShare, upperShare } from './bounds.js';

/** P(at most k of n) for independent trials. */
function binomialAtMost(k: number, n: number, p: number): number {
  let [term, sum] = [(1 - p) ** n, 0];
  for (let i = 0; i <= k; i++) {
    sum += term;
    term *= ((n - i) / (i + 1)) * (p / (1 - p));
  }
  return sum;
}

describe("Wilson's bounds", () => {
  it('are those of the score test, published figures', () => {
    // Newcombe 1998, table I: two-sided 90 % limits are two one-sided ones of 95 %. 81 of 263.
    expect(lowerShare(81, 263)).toBeCloseTo(0.2633, 3);
    expect(upperShare(81, 263)).toBeCloseTo(0.3566, 3);
  });

  it.each([
    [50, 0.1],
    [200, 0.05],
    [500, 0.05],
    [200, 0.3],
  ])('lie below the truth in about one case of twenty: n = %s, share %s', (n, p) => {
    // Exact: the bound falls short of p for every k up to the largest of which it does.
    const short = Array.from({ length: n + 1 }, (_, k) => k).findLast((k) => upperShare(k, n) < p) ?? -1;
    expect(binomialAtMost(short, n, p)).toBeLessThan(0.075);
  });

  it('hold the share between them, and tell nothing where there is nothing', () => {
    expect([lowerShare(0, 0), upperShare(0, 0)]).toEqual([0, 1]);
    const counts = fc.integer({ min: 1, max: 1000 }).chain((n) => fc.tuple(fc.nat(n), fc.constant(n)));
    fc.assert(
      fc.property(counts, ([k, n]) => {
        expect(lowerShare(k, n)).toBeLessThanOrEqual(k / n + 1e-12);
        expect(upperShare(k, n)).toBeGreaterThanOrEqual(k / n - 1e-12);
        expect(upperShare(k, 2 * n)).toBeLessThan(upperShare(k, n) + 1e-12);
      }),
    );
  });
});

describe('sums of logarithms', () => {
  const values = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 8 });

  it('are the logarithms of sums', () => {
    fc.assert(
      fc.property(values, (logs) => {
        const sum = Math.log(logs.reduce((total, log) => total + Math.exp(log), 0));
        expect(logSumExp(logs)).toBeCloseTo(sum, 9);
        expect(logs.reduce(logAdd, Number.NEGATIVE_INFINITY)).toBeCloseTo(sum, 9);
        expect(logMeanExp(Float64Array.from(logs))).toBeCloseTo(sum - Math.log(logs.length), 9);
      }),
    );
  });

  it('do not overflow, and nothing is nothing', () => {
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 9);
    expect(logAdd(-1000, Number.NEGATIVE_INFINITY)).toBe(-1000);
    expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('one country among several', () => {
  it('has at most a third of the weight of three or more, and as much of it as that allows', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 3, maxLength: 9 }), (sizes) => {
        const cap = capAtAThird(sizes);
        const capped = sizes.map((size) => Math.min(size, cap));
        const total = capped.reduce((a, b) => a + b, 0);
        expect(Math.max(...capped)).toBeLessThanOrEqual(total / 3 + 1e-9);
        const more = sizes.map((size) => Math.min(size, cap + 1));
        const grew = more.some((size, i) => size > (capped[i] as number));
        if (grew) expect(Math.max(...more)).toBeGreaterThan(more.reduce((a, b) => a + b, 0) / 3 - 1e-9);
      }),
    );
  });

  it('of two has as much as the other', () => {
    expect([capAtAThird([7, 3]), capAtAThird([5])]).toEqual([3, 5]);
  });
});
