import { describe, expect, it } from 'vitest';
import type { Outside } from './baseline.js';
import { type Shown, stateOf } from './cell-state.js';
import { DEFAULT_PARAMETERS } from './parameters.js';
import type { Unit } from './types.js';

const OUTSIDE: Outside = {
  ...{ indicator: 'slow', state: 'usable', p0: 0.1, p01: 0.1, p11: 0.1, bound: 0.1, samePeriod: 0.1 },
  ...{ samePeriodUnits: 20, share: 0, subnets: 20, countries: 5, leftOut: 0 },
};

function unit(i: number, changes: Partial<Unit> = {}): Unit {
  return {
    ...{ id: `${i}`, measuredAt: i, period: i, country: 'FR', asn: 64_500, tests: 1 },
    ...{ subnet: `${i % 6}`, owner: `${i % 6}`, slow: false, stalled: false, blocked: false },
    ...{ targetRateBps: 20_000_000, controlRateBps: 20_000_000 },
    ...changes,
  };
}

/** What 40 units show, of which the last 10 are recent. */
function state(changes: Partial<Shown> = {}, recently: Partial<Unit> = {}): string {
  const units = Array.from({ length: 40 }, (_, i) => unit(i, i < 30 ? {} : recently));
  const quiet = { open: null, kind: 'slow', logR: 0, subnets: 6, owners: 6, outage: false } as const;
  const seen = { units, recent: units.slice(30), outside: OUTSIDE, parameters: DEFAULT_PARAMETERS };
  return stateOf({ ...quiet, ...seen, ...changes }).state;
}

describe('stateOf', () => {
  it('is normal where nothing speaks against it', () => {
    expect(state()).toBe('normal');
  });

  it('is told from the alarm that stands before anything else', () => {
    const onset = { best: 0, earliest: 0, latest: 0 };
    const open = { unit: 1, at: 1, period: 1, logR: 30, logThreshold: 20, indicator: 'slow', onset } as const;
    expect(state({ open, outage: true })).toBe('throttled');
    expect(state({ open, kind: 'blocked' })).toBe('blocked');
  });

  it('blames an outage before it complains of too little', () => {
    expect(state({ outage: true, recent: [] })).toBe('platform-outage');
    expect(state({ recent: [] })).toBe('insufficient');
    expect(state({ subnets: DEFAULT_PARAMETERS.minSubnets - 1 })).toBe('insufficient');
    expect(state({ owners: DEFAULT_PARAMETERS.minOwners - 1 })).toBe('insufficient');
  });

  it('suspects from R, and where there is nobody to compare with from its own history', () => {
    expect(state({ logR: Math.log(DEFAULT_PARAMETERS.suspicion) })).toBe('suspected');
    expect(state({ outside: null })).toBe('insufficient');
    expect(state({ outside: null }, { slow: true })).toBe('suspected');
  });

  it('calls it congestion where platform and control fell, and not the platform alone', () => {
    const fallen = { targetRateBps: 5_000_000, controlRateBps: 5_000_000 };
    expect(state({}, fallen)).toBe('local-congestion');
    expect(state({}, { ...fallen, controlRateBps: 20_000_000 })).toBe('normal');
  });
});
