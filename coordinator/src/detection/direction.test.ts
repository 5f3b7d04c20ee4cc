import type { Direction } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { directionOf, type GroupedPair, joined } from './direction.js';
import { DEFAULT_PARAMETERS } from './parameters.js';

/** Pairs of six groups, ten periods long. */
function pairs(direction: Direction, gain: (i: number) => number): GroupedPair[] {
  return Array.from({ length: 60 }, (_, i) => ({
    group: i % 6,
    pair: {
      id: `${direction} ${i}`,
      measuredAt: i,
      period: 100 + Math.floor(i / 6),
      country: 'FR',
      asn: 64_496,
      subnet: `s${i % 6}`,
      owner: `o${i % 6}`,
      direction,
      gain: gain(i),
    },
  }));
}

const slower = () => 1;
const coin = (i: number) => (i % 2 === 0 ? 0.5 : -0.5);

describe('the direction of an incident', () => {
  it.each([
    ['download', 'nobody measured uploads', true, []],
    ['download', 'uploads differ by chance', true, pairs('upload', coin)],
    ['download', 'download pairs alone show it', false, pairs('download', slower)],
    ['both', 'units and upload pairs show it', true, pairs('upload', slower)],
    [
      'both',
      'pairs of both directions show it',
      false,
      [...pairs('upload', slower), ...pairs('download', slower)],
    ],
    ['upload', 'upload pairs alone show it', false, [...pairs('upload', slower), ...pairs('download', coin)]],
  ] as const)('is %s where %s', (direction, _why, unitsShow, seen) => {
    expect(directionOf(unitsShow, seen, 0, DEFAULT_PARAMETERS)).toBe(direction);
  });

  it('does not hang on one group that may lie', () => {
    const liar = pairs('upload', slower).map((one) => ({
      ...one,
      pair: { ...one.pair, gain: one.group === 0 ? 1 : 0 },
    }));
    expect(directionOf(true, liar, 0, DEFAULT_PARAMETERS)).toBe('download');
  });

  it('is remembered', () => {
    expect(joined(null, 'upload')).toBe('upload');
    expect(joined('download', 'download')).toBe('download');
    expect(joined('download', 'upload')).toBe('both');
    expect(joined('both', 'download')).toBe('both');
  });
});
