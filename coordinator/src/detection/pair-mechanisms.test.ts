import type { PairMechanism } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { mechanismOfPairs } from './pair-mechanisms.js';
import type { SwapPair } from './types.js';

/** One pair a letter: policing, shaping, congestion, unclear, or (-) not known; two pairs of each subnet. */
function pairs(letters: string): SwapPair[] {
  const names: Record<string, PairMechanism> = {
    p: 'policing',
    s: 'shaping',
    c: 'congestion',
    u: 'unclear',
  };
  return [...letters].map((letter, at) => ({
    id: `${at}`,
    measuredAt: at,
    period: 0,
    country: 'AR',
    asn: 64_496,
    subnet: `s${at >> 1}`,
    owner: `o${at}`,
    direction: 'download',
    gain: 1,
    mechanism: names[letter] ?? null,
  }));
}

describe('mechanismOfPairs', () => {
  it.each([
    ['', null],
    ['----', null],
    ['uuuu', null],
    // One subnet is one volunteer.
    ['pp', null],
    ['ppp', 'policing'],
    ['ppp-uuuuu', 'policing'],
    ['sssp', 'shaping'],
    ['ppss', null],
    ['cccc', 'congestion'],
  ])('%s: %s', (letters, name) => expect(mechanismOfPairs(pairs(letters)).name).toBe(name));

  it('says how many show what', () => {
    expect(mechanismOfPairs(pairs('pppscu--')).pairs).toEqual({
      policing: 3,
      shaping: 1,
      congestion: 1,
      unclear: 1,
    });
  });
});
