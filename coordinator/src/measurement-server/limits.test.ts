import { describe, expect, it } from 'vitest';
import { AddressLimiter, DEFAULT_SERVER_LIMITS, limitKey } from './limits.js';

describe('limitKey', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s counts as %s', (address, key) => expect(limitKey(address)).toBe(key));
});

describe('AddressLimiter', () => {
  const limits = {
    ...DEFAULT_SERVER_LIMITS,
    connectionsPerAddress: 2,
    connectionsPerMinute: 3,
    bytesPerMinute: 1_000,
  };

  it('lets in what leaves room', () => {
    const limiter = new AddressLimiter(limits, () => 0);
    expect([limiter.enter('a'), limiter.enter('a'), limiter.enter('a'), limiter.enter('b')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    limiter.leave('a');
    expect(limiter.enter('a')).toBe(true);
  });

  it('lets no more come in a minute, though they leave again', () => {
    let now = 0;
    const limiter = new AddressLimiter(limits, () => now);
    const visits = Array.from({ length: 4 }, () => {
      const entered = limiter.enter('a');
      if (entered) limiter.leave('a');
      return entered;
    });
    expect(visits).toEqual([true, true, true, false]);
    now = 60_000;
    expect(limiter.enter('a')).toBe(true);
  });

  it('gives every minute its bytes', () => {
    let now = 0;
    const limiter = new AddressLimiter(limits, () => now);
    expect([limiter.take('a', 600), limiter.take('a', 600), limiter.take('b', 600)]).toEqual([
      true,
      false,
      true,
    ]);
    now = 60_000;
    expect(limiter.take('a', 600)).toBe(true);
  });
});
