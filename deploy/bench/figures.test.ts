import { describe, expect, it } from 'vitest';
import { figure, median } from './figures.js';
import { readOptions } from './options.js';
import { table } from './table.js';

describe('median', () => {
  it.each([
    [[3], 3],
    [[4, 1, 3], 3],
    [[1, 2, 4, 10], 3],
    [[], Number.NaN],
  ])('of %j is %d', (samples, middle) => expect(median(samples)).toBe(middle));
});

describe('figure', () => {
  it.each([
    [{ max: 2.2 }, 2.2, true],
    [{ max: 2.2 }, 2.201, false],
    [{ min: 0.9, max: 1.1 }, 0.8999999, false],
    [{ min: 0.9, max: 1.1 }, 1.1, true],
    [{ max: 2.2 }, Number.NaN, false],
    [null, 7, null],
  ])('within %j, %d: %s', (bound, value, held) =>
    expect(figure('rate', 'a', value, 's', bound).held).toBe(held),
  );
});

describe('table', () => {
  it('shows value, bound and whether it held', () => {
    const rows = [
      figure('bytes', 'an arm', 105.52, 'kB', { max: 115 }),
      figure('rate', 'policed', 0.7, 'of it', { min: 0.9, max: 1.1 }),
      figure('memory', 'bare node', 41.4, 'MB', null),
    ];
    expect(table(rows).split('\n')).toEqual([
      '✓  bytes   an arm     105.5 kB   at most 115',
      '✗  rate    policed    0.7 of it  0.9 to 1.1',
      '   memory  bare node  41.4 MB',
    ]);
  });
});

describe('readOptions', () => {
  it('measures everything five times unless told otherwise', () =>
    expect(readOptions([])).toEqual({
      json: false,
      only: ['rate', 'goodput', 'bytes', 'memory', 'verdict'],
      runs: 5,
      tests: 1_000,
    }));

  it('takes parts and numbers', () =>
    expect(readOptions(['--json', '--only', 'rate,bytes', '--runs', '1'])).toMatchObject({
      json: true,
      only: ['rate', 'bytes'],
      runs: 1,
    }));
});
