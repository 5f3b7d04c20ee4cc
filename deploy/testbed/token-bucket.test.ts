import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.js';

it('lets a burst pass, then holds to the rate, and earns no more than the burst back', () => {
  let now = 0;
  const bucket = new TokenBucket(80, 5000, () => now); // 10 kB/s
  expect(bucket.take(5000)).toBe(0);
  expect(bucket.take(1000)).toBeCloseTo(100);
  expect(bucket.take(1000)).toBeCloseTo(200);
  now = 200;
  expect(bucket.take(1000)).toBeCloseTo(100);
  now = 60_000;
  expect(bucket.take(5000)).toBe(0);
  expect(bucket.take(1)).toBeGreaterThan(0);
});

it('refuses a rate of nothing', () => {
  expect(() => new TokenBucket(0, 1, () => 0)).toThrow(RangeError);
});
