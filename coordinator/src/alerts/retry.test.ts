import { describe, expect, it } from 'vitest';
import { retryAfter } from './post.js';
import { MAX_ATTEMPTS, retryDelayMs } from './retry.js';

describe('retries', () => {
  it('go on for about a day', () => {
    let total = 0;
    for (let attempts = 1; attempts < MAX_ATTEMPTS; attempts++) total += retryDelayMs(attempts, null, 0.5);
    expect(total / 3_600_000).toBeGreaterThan(20);
    expect(total / 3_600_000).toBeLessThan(28);
  });

  it('wait longer each time, spread by a fifth either way', () => {
    expect(retryDelayMs(1, null, 0)).toBe(4_000);
    expect(retryDelayMs(1, null, 0.5)).toBe(5_000);
    expect(retryDelayMs(3, null, 0.5)).toBe(45_000);
  });

  it('wait at least as long as the receiver asks for, within reason', () => {
    expect(retryDelayMs(1, 60_000, 0.5)).toBe(60_000);
    expect(retryDelayMs(4, 1_000, 0.5)).toBe(135_000);
    expect(retryDelayMs(1, 1e12, 0.5)).toBe(6 * 3_600_000);
  });

  it.each([
    ['120', 120_000],
    ['Wed, 10 Mar 2021 07:01:00 GMT', 60_000],
    ['Wed, 10 Mar 2021 06:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    [undefined, null],
    [['1', '2'], null],
  ])('read Retry-After %s', (value, expected) => {
    expect(retryAfter(value, Date.parse('2021-03-10T07:00:00Z'))).toBe(expected);
  });
});
