import { describe, expect, it } from 'vitest';
import { backoffMs, parseRetryAfter } from './backoff.js';

describe('backoffMs', () => {
  it('doubles up to five minutes, with jitter over the upper half', () => {
    const least = [1, 2, 3, 4, 30].map((n) => backoffMs(n, undefined, () => 0));
    const most = [1, 2, 3, 4, 30].map((n) => backoffMs(n, undefined, () => 1));
    expect(least).toEqual([500, 1000, 2000, 4000, 150_000]);
    expect(most).toEqual([1000, 2000, 4000, 8000, 300_000]);
  });

  it('waits at least as long as it was asked to, and a day at most', () => {
    expect(backoffMs(1, 30_000, () => 0)).toBe(30_000);
    expect(backoffMs(9, 1_000, () => 0)).toBe(128_000);
    expect(backoffMs(1, 1e12, () => 0)).toBe(86_400_000);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-11-01T00:00:00Z');
  it.each([
    ['120', 120_000],
    ['Sun, 01 Nov 2026 00:01:00 GMT', 60_000],
    ['Sat, 31 Oct 2026 00:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('reads %s', (value, ms) => expect(parseRetryAfter(value, now)).toBe(ms));
});
