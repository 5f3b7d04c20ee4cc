import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.js';
import { formatSize, parseSize } from './size.js';

describe('parseDuration', () => {
  it.each([
    ['PT2H', 7_200_000],
    ['P1DT30M', 88_200_000],
    ['PT1.5S', 1_500],
    ['P1D', 86_400_000],
    ['P', undefined],
    ['PT', undefined],
    ['P1M', undefined],
    ['2h', undefined],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));
});

describe('sizes', () => {
  it.each([
    ['50MB', 50_000_000],
    ['1.5 GB', 1_500_000_000],
    ['96kB', 96_000],
    ['200', 200],
    ['-1', undefined],
    ['much', undefined],
  ])('reads %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each([
    [12, '12 B'],
    [96_000, '96 kB'],
    [51_440_000, '51.4 MB'],
    [1_200_000_000, '1.2 GB'],
  ])('writes %d', (bytes, text) => expect(formatSize(bytes)).toBe(text));
});
