import { describe, expect, it } from 'vitest';
import { count, formatRate, formatShare, formatSpan, inCountry } from './format.js';
import { worstOf } from './states.js';

describe('numbers as people read them', () => {
  it.each([
    [null, '–'],
    [0, '0 kbit/s'],
    [108_600, '109 kbit/s'],
    [28_300_000, '28.3 Mbit/s'],
    [1_200_000_000, '1.2 Gbit/s'],
  ])('%s bit/s is %s', (bps, text) => expect(formatRate(bps)).toBe(text));

  it.each([
    [null, '–'],
    [0, '0%'],
    [0.031, '3.1%'],
    [0.824, '82%'],
  ])('a share of %s is %s', (share, text) => expect(formatShare(share)).toBe(text));

  it('counts in the singular too', () => {
    expect([count(1, 'subnet'), count(2_000, 'country', 'countries')]).toEqual([
      '1 subnet',
      '2,000 countries',
    ]);
  });

  it('says spans in their largest unit', () => {
    expect([3_000, 720_000, 43_200_000, 864_000_000].map(formatSpan)).toEqual([
      'less than a minute',
      '12 min',
      '12 h',
      '10 days',
    ]);
  });

  it('gives countries their article', () => {
    expect(['RU', 'NL', 'US', 'ZZ'].map(inCountry).slice(0, 3)).toEqual([
      'in Russia',
      'in the Netherlands',
      'in the United States',
    ]);
  });
});

describe('the worst state of a place', () => {
  it('never lets silence hide what was seen, nor normal hide an alarm', () => {
    expect(worstOf(['insufficient', 'normal'])).toBe('normal');
    expect(worstOf(['normal', 'throttled', 'insufficient'])).toBe('throttled');
    expect(worstOf([])).toBeNull();
  });
});
