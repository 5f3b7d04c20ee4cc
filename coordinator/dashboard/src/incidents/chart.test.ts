import type { SeriesPoint } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { withGaps } from './gaps.js';
import { bandPath, linePath } from './paths.js';
import { linearScale, logScale, rateDomain, timeTicks } from './scales.js';

const MINUTE = 60_000;

describe('axes', () => {
  it('gives each decade of a rate the same room', () => {
    const y = logScale([1e4, 1e8], [400, 0]);
    expect([1e4, 1e5, 1e6, 1e8].map((rate) => Math.round(y(rate)))).toEqual([400, 300, 200, 0]);
    expect(y(0)).toBe(400);
  });

  it('holds all rates between whole decades, two at least', () => {
    expect(rateDomain([108_600, 28_300_000])).toEqual([1e5, 1e8]);
    expect(rateDomain([250_000])).toEqual([1e4, 1e6]);
    expect(rateDomain([])).toEqual([1e4, 1e8]);
  });

  it('puts a single moment in the middle', () => {
    expect(linearScale([5, 5], [0, 100])(5)).toBe(50);
  });

  it('ticks at round times, no more than there is room for', () => {
    const from = Date.parse('2026-11-20T03:02:00Z');
    const ticks = timeTicks([from, from + 9 * 60 * MINUTE], 6);
    expect(ticks.map(({ label }) => label)).toEqual(['06:00', '09:00', '12:00']);
  });
});

describe('lines', () => {
  it('breaks where nothing is known, and keeps a lone point', () => {
    expect(linePath([[0, 1], [2, 3], null, [4, 5]])).toBe('M0.0 1.0L2.0 3.0M4.0 5.0h0.01');
  });

  it('closes a band at each break', () => {
    const upper = [[0, 1] as const, [1, 1] as const, null, [3, 1] as const, [4, 1] as const];
    const lower = [[0, 2] as const, [1, 2] as const, [2, 2] as const, [3, 2] as const, [4, 2] as const];
    expect(bandPath(upper, lower)).toBe('M0.0 1.0L1.0 1.0L1.0 2.0L0.0 2.0ZM3.0 1.0L4.0 1.0L4.0 2.0L3.0 2.0Z');
  });
});

describe('gaps', () => {
  const at = (minute: number) => ({ at: new Date(minute * MINUTE).toISOString(), tests: 1 }) as SeriesPoint;

  it('marks a long silence and only that', () => {
    const tests = withGaps([0, 15, 30, 60, 240].map(at), 15 * MINUTE).map((point) => point.tests);
    expect(tests).toEqual([1, 1, 1, 1, 0, 1]);
  });

  it('takes rare tests for what they are', () => {
    expect(withGaps([0, 60, 120, 180].map(at), 15 * MINUTE)).toHaveLength(4);
  });
});
