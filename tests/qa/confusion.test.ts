import { describe, expect, it } from 'vitest';
import { Confusion, type CountedRun, swapEValue } from './confusion-matrix.js';
import { rowsNamed } from './confusion-options.js';
import type { QaRow } from './row.js';
import { QA_TABLE } from './table.js';

const [open] = rowsNamed('open 30 Mbit/s') as [QaRow];
const [reset] = rowsNamed('reset on SNI') as [QaRow];
const run = (change: Partial<CountedRun> = {}): CountedRun => ({
  test: 'normal',
  gains: [],
  controlRateBps: 5_000_000,
  aborted: 0,
  faults: [],
  ...change,
});
const times = (n: number, one: CountedRun) => Array.from({ length: n }, () => one);

describe('swapEValue', () => {
  it('is 1 where nothing differs, and has mean 1 under a fair coin', () => {
    expect(swapEValue([])).toBe(1);
    expect(swapEValue([0, 0])).toBe(1);
    expect((swapEValue([1]) + swapEValue([-1])) / 2).toBeCloseTo(1);
  });

  it('passes 20 when the trigger is the slower one eight times of eight', () => {
    expect(swapEValue(Array(8).fill(1))).toBeGreaterThan(20);
    expect(swapEValue([...Array(7).fill(1), -1])).toBeLessThan(20);
  });
});

describe('Confusion', () => {
  it('counts what tests were called', () => {
    const confusion = new Confusion([open]);
    for (const one of [run(), run(), run({ test: 'slow', faults: ['wrong'] })]) confusion.add(open, one);
    expect(confusion.summary()).toMatchObject({
      rows: [{ name: open.name, runs: 3, right: 2, outcomes: { normal: 2, slow: 1 } }],
      pooled: { runs: 3, right: 2 },
      faults: { 'open 30 Mbit/s: wrong': 1 },
    });
  });

  it('holds with one wrong run of twenty, not with two', () => {
    const confusion = new Confusion([reset]);
    for (const one of times(19, run())) confusion.add(reset, one);
    confusion.add(reset, run({ faults: ['wrong'] }));
    expect(confusion.holds()).toBe(true);
    confusion.add(reset, run({ faults: ['wrong'] }));
    expect(confusion.holds()).toBe(false);
  });

  it('does not hold where the swap channel is loud on null rows', () => {
    const confusion = new Confusion([open]);
    const loud = run({ gains: Array(8).fill(1) });
    for (const one of [...times(19, run()), loud]) confusion.add(open, one);
    expect(confusion.holds()).toBe(true);
    confusion.add(open, loud);
    expect(confusion.holds()).toBe(false);
  });
});

describe('rowsNamed', () => {
  it('takes names and parts of names, in the order of the table', () => {
    expect(rowsNamed('reset on SNI,open 30 Mbit/s')).toEqual([open, reset]);
    expect(rowsNamed('open').length).toBeGreaterThan(1);
    expect(() => rowsNamed('open,nonsense')).toThrow(/no row is called "nonsense"/);
  });

  it('finds every row by its own name', () => {
    expect(new Set(QA_TABLE.map(({ name }) => name)).size).toBe(QA_TABLE.length);
    for (const row of QA_TABLE) expect(rowsNamed(row.name)).toEqual([row]);
  });
});
