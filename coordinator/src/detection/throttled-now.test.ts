import type { Cell } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from './parameters.js';
import { throttledNow } from './throttled-now.js';

const NOW = Date.parse('2026-03-10T12:00:00.000Z');
const HALF_HOUR = 1_800_000;
const cell = (asn: number | null, logR: number | null, change: Partial<Cell> = {}) => {
  const lastUnitAt = new Date(NOW - HALF_HOUR).toISOString();
  return { asn, logR, historical: false, lastUnitAt, ...change } as Cell;
};
const listed = (cells: Cell[], drawnFrom = cells.length) =>
  throttledNow(cells, drawnFrom, DEFAULT_PARAMETERS, NOW).map((one) => one.cell.asn);
const quiet = (count: number) => Array.from({ length: count }, (_, i) => cell(i + 1, 1));

describe('throttledNow', () => {
  it('lists by e-BH: what stands out alone needs m / 0.05, the second of two half of it', () => {
    const wanted = Math.log(96 * (100 / 0.05));
    expect(listed([...quiet(99), cell(1000, wanted + 0.001)])).toEqual([1000]);
    expect(listed([...quiet(99), cell(1000, wanted - 0.001)])).toEqual([]);
    const half = wanted - Math.LN2 + 0.001;
    expect(listed([...quiet(98), cell(1000, half), cell(1001, half + 1)])).toEqual([1001, 1000]);
  });

  it('says the same of the candidates alone as of all that were judged', () => {
    const loud = [12, 13, 14, 40].map((logR, i) => cell(1000 + i, logR));
    expect(listed(loud, 1004)).toEqual(listed([...quiet(1000), ...loud]));
    expect(listed(loud, 1004).length).toBeLessThan(listed(loud).length);
  });

  it('is of networks and of today: neither countries nor history, and silence counts as no evidence', () => {
    expect(listed([cell(null, 99), cell(5, 99, { historical: true }), cell(6, null)])).toEqual([]);
    expect(listed([])).toEqual([]);
  });

  it('does not say now of what nobody has seen for 6 periods', () => {
    const seen = (periods: number) => new Date(NOW - periods * HALF_HOUR).toISOString();
    expect(listed([cell(7, 99, { lastUnitAt: seen(6) })])).toEqual([7]);
    expect(listed([cell(7, 99, { lastUnitAt: seen(6.01) })])).toEqual([]);
    expect(listed([cell(7, 99, { lastUnitAt: null })])).toEqual([]);
  });
});
