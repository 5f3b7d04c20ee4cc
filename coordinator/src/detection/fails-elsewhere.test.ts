import { describe, expect, it } from 'vitest';
import type { P0Point } from './country-sweep.js';
import { failsElsewhere } from './fails-elsewhere.js';
import { DEFAULT_PARAMETERS } from './parameters.js';

const NOW = 1000;
const ENOUGH = DEFAULT_PARAMETERS.outageMinUnits;

function point(period: number, state: P0Point['state'], samePeriodUnits = ENOUGH): P0Point {
  return {
    indicator: 'slow',
    period,
    state,
    samePeriodUnits,
    ...{
      p0: 0.1,
      p01: 0.1,
      p11: 0.1,
      bound: 0.1,
      samePeriod: 0.1,
      share: 0,
      subnets: 9,
      countries: 3,
      leftOut: 0,
    },
  };
}

function fails(...points: P0Point[]): boolean {
  return failsElsewhere(points, 'slow', NOW, DEFAULT_PARAMETERS);
}

describe('failsElsewhere', () => {
  it('goes by the newest period of which enough is known', () => {
    expect(fails(point(NOW - 1, 'usable'), point(NOW, 'outage'))).toBe(true);
    expect(fails(point(NOW - 1, 'outage'), point(NOW, 'usable'))).toBe(false);
    expect(fails(point(NOW - 1, 'outage'), point(NOW, 'usable', ENOUGH - 1))).toBe(true);
  });

  it('says nothing from what is long ago, or of another indicator', () => {
    expect(fails(point(NOW - DEFAULT_PARAMETERS.lostAfterPeriods, 'outage'))).toBe(false);
    expect(fails({ ...point(NOW, 'outage'), indicator: 'blocked' })).toBe(false);
  });
});
