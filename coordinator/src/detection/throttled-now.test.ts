import type { Cell } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { throttledNow } from './throttled-now.js';

const cell = (asn: number | null, logR: number | null, historical = false) =>
  ({ asn, logR, historical }) as Cell;
const listed = (cells: Cell[]) => throttledNow(cells, 96).map(({ asn }) => asn);
const quiet = (count: number) => Array.from({ length: count }, (_, i) => cell(i + 1, 1));

describe('throttledNow', () => {
  it('lists by e-BH: what stands out alone needs m / 0.05, the second of two half of it', () => {
    const wanted = Math.log(96 * (100 / 0.05));
    expect(listed([...quiet(99), cell(1000, wanted + 0.001)])).toEqual([1000]);
    expect(listed([...quiet(99), cell(1000, wanted - 0.001)])).toEqual([]);
    const half = wanted - Math.LN2 + 0.001;
    expect(listed([...quiet(98), cell(1000, half), cell(1001, half + 1)])).toEqual([1001, 1000]);
  });

  it('is of networks and of today: neither countries nor history, and silence counts as no evidence', () => {
    expect(listed([cell(null, 99), cell(5, 99, true), cell(6, null)])).toEqual([]);
    expect(listed([])).toEqual([]);
  });
});
