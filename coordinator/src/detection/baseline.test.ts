import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Baseline, predictiveShare } from './baseline.js';
import { CellDetector } from './cell-detector.js';
import { DEFAULT_PARAMETERS, INDICATORS } from './parameters.js';
import type { Unit } from './types.js';
import { UnitIndex } from './unit-index.js';

const drawn = fc.array(
  fc.record({ country: fc.nat(3), subnet: fc.nat(8), period: fc.nat(6), slow: fc.boolean() }),
  { minLength: 1, maxLength: 80 },
);
const unitsOf = (list: { country: number; subnet: number; period: number; slow: boolean }[]): Unit[] =>
  list.map(({ country, subnet, period, slow }, i) => ({
    id: `${i}`,
    measuredAt: period * DEFAULT_PARAMETERS.periodMs + i,
    period,
    country: `C${country}`,
    asn: 1,
    subnet: `${country} ${subnet}`,
    owner: `${country} ${subnet}`,
    slow,
    stalled: false,
    blocked: false,
    targetRateBps: 1,
    controlRateBps: 1,
    tests: 1,
  }));

describe('p0', () => {
  it('is ordered (p01 <= p0 <= p11), between the floor and 0.95, and blind to the country itself', () => {
    fc.assert(
      fc.property(drawn, (list) => {
        const parameters = { ...DEFAULT_PARAMETERS, outsideMin: 10, outsideMax: 30 };
        const of = (units: Unit[]) => {
          const index = new UnitIndex(units, []);
          const country = index.countries.indexOf('C0');
          return country < 0 ? null : new Baseline(index, parameters).outside(country, 6, 'slow', new Map());
        };
        const outside = of(unitsOf(list));
        if (outside === null) return;
        expect(outside.p01).toBeGreaterThanOrEqual(0.05);
        expect(outside.p01).toBeLessThanOrEqual(outside.p0);
        expect(outside.p0).toBeLessThanOrEqual(outside.p11);
        expect(outside.p11).toBeLessThanOrEqual(0.95);
        const flipped = unitsOf(list.map((one) => (one.country === 0 ? { ...one, slow: !one.slow } : one)));
        expect(of(flipped)).toEqual(outside);
      }),
    );
  });

  it('answers an outage in the hour it happens as fast as Laplace, and a quiet hour with what was known', () => {
    expect(predictiveShare(8, 8, 0.05)).toBeGreaterThan(0.8);
    expect(predictiveShare(0, 0, 0.05)).toBeCloseTo(0.05);
    expect(predictiveShare(0, 5, 0.05)).toBeLessThan(0.05);
  });
});

describe('weights of a start', () => {
  it('sum to one over the indicators, and go to those seen before it', () => {
    const detector = new CellDetector(
      DEFAULT_PARAMETERS,
      INDICATORS,
      new Map([
        ['slow', 3],
        ['blocked', 10],
      ]),
      { group: () => 0, period: () => 0, slot: () => 0, bets: () => [] },
    );
    const weights = (start: number) => INDICATORS.map((one) => Math.exp(detector.logWeight(one, start)));
    expect(weights(2)).toEqual([1, 0, 0]);
    expect(weights(10)).toEqual([1, 0, 0]);
    expect(weights(11).map((weight) => Math.round(weight * 10) / 10)).toEqual([0.5, 0, 0.5]);
  });
});
