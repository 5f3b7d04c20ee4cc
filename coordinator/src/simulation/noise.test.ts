import { describe, expect, it } from 'vitest';
import { DEFAULT_NOISE, eveningShare, PathNoise } from './noise.js';
import { Random } from './random.js';
import { testsOf } from './tests.js';
import { DEFAULT_LAYOUT, makeWorld } from './world.js';

const HOUR = 3_600_000;
const DAYS = 60;

function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

describe('the noise', () => {
  it('of a path keeps its spread, and forgets at the rate that is named', () => {
    const random = new Random(1);
    const noise = new PathNoise(0.2, 3);
    const values = Array.from({ length: 40_000 }, (_, i) => noise.at(i * HOUR, random.normal()));
    expect(deviation(values)).toBeCloseTo(0.2, 2);
    const products = values.slice(1).map((value, i) => value * (values[i] as number));
    const correlation = products.reduce((a, b) => a + b, 0) / products.length / 0.2 ** 2;
    expect(correlation).toBeCloseTo(Math.exp(-1 / 3), 1);
  });

  it('dips in the evening, local time, and at no other time', () => {
    expect(eveningShare(20.5 * HOUR, 0)).toBeCloseTo(1);
    expect(eveningShare(12 * HOUR, 8.5)).toBeCloseTo(1);
    expect(eveningShare(12 * HOUR, 0)).toBe(0);
  });

  it('has the failures, the pace and the spread of a single test that the parameters name', () => {
    const world = makeWorld('t', DEFAULT_LAYOUT, DEFAULT_NOISE, new Random(2), 0, DAYS);
    const cell = world.countries[0]?.cells[0];
    if (cell === undefined) throw new Error('no cell');
    const tests = testsOf(cell, DEFAULT_NOISE, () => null, new Random(3), 0, DAYS * 24 * HOUR);
    const failed = tests.filter(({ a, b }) => a === null || b === null).length / tests.length;
    const { failuresBoth, failuresControl, failuresTarget, gapMinMs, gapMaxMs } = DEFAULT_NOISE;
    expect(failed).toBeCloseTo(failuresBoth + failuresControl + failuresTarget, 2);
    const expected = (cell.probes.length * DAYS * 24 * HOUR) / ((gapMinMs + gapMaxMs) / 2);
    expect(tests.length / expected).toBeCloseTo(1, 1);
    const swap = tests.flatMap(({ c, d }) => (c === null || d === null ? [] : [Math.log(c / d)]));
    // Outliers, 1 % of arms, widen it a little.
    expect(deviation(swap)).toBeGreaterThan(DEFAULT_NOISE.sigmaMin);
    expect(deviation(swap)).toBeLessThan(DEFAULT_NOISE.sigmaMax + 0.2);
  });
});
