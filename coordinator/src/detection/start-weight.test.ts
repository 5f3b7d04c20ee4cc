import { describe, expect, it } from 'vitest';
import { INDICATORS, type Indicator } from './parameters.js';
import { logWeight } from './start-weight.js';

const weights = (start: number, seen: readonly (readonly [Indicator, number])[]) =>
  INDICATORS.map((indicator) => Math.exp(logWeight(indicator, start, new Map(seen))));

describe('weight of a start', () => {
  it.each([
    ['nothing was ever shown', [], [1, 0, 0]],
    ['something was shown before it', [['blocked', 9]], [1 / 2, 0, 1 / 2]],
    ['it was shown in the same period: not known when the start begins', [['blocked', 10]], [1, 0, 0]],
    [
      'all were shown before it',
      [
        ['slow', 1],
        ['stalled', 2],
        ['blocked', 9],
      ],
      [1 / 3, 1 / 3, 1 / 3],
    ],
    [
      'slow was shown later: it always counts',
      [
        ['slow', 30],
        ['stalled', 2],
      ],
      [1 / 2, 1 / 2, 0],
    ],
  ] as const)('where %s', (_why, seen, expected) => {
    const found = weights(10, seen);
    for (const [i, weight] of expected.entries()) expect(found[i]).toBeCloseTo(weight, 12);
    expect(found.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });
});
