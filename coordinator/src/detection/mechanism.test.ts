import { describe, expect, it } from 'vitest';
import { mechanismOf, type SenderSample, senderView } from './mechanism.js';

type Row = readonly [ms: number, rttMs: number, bytesAcked: number, bytesRetransmitted: number];

const series = (...rows: readonly Row[]): SenderSample[] =>
  rows.map(([ms, rttMs, bytesAcked, bytesRetransmitted]) => ({
    ms,
    rttMs,
    minRttMs: 41,
    bytesAcked,
    bytesRetransmitted,
  }));

/** Seen on the kernel bench: 140 kbit/s by a policer (two buckets) and by a shaper, an open name, a line of 1 Mbit/s. */
const POLICED = series(
  [336, 67, 21_745, 1_448],
  [736, 58, 26_089, 17_376],
  [1_537, 45, 42_017, 57_920],
  [2_343, 43, 55_049, 81_088],
);
const POLICED_LATE = series(
  [370, 47, 76_766, 1_994],
  [774, 45, 81_110, 22_266],
  [1_776, 43, 99_032, 49_778],
  [2_178, 46, 106_501, 49_778],
);
const SHAPED = series(
  [73, 45, 4_368, 0],
  [824, 327, 15_951, 0],
  [1_680, 957, 30_432, 0],
  [2_387, 1_406, 42_016, 0],
);
const OPEN = series([28, 41, 670, 0], [128, 67, 80_000, 0]);
const SLOW_LINE = series(
  [828, 124, 124_598, 15_026],
  [2_101, 204, 275_119, 33_122],
  [3_312, 271, 419_911, 37_466],
);

describe('mechanismOf', () => {
  it.each([
    ['a policer with a bucket of 20 kB', POLICED, OPEN, 'policing'],
    ['a policer with a bucket of 77 kB', POLICED_LATE, OPEN, 'policing'],
    ['a shaper', SHAPED, OPEN, 'shaping'],
    ['a line that is full for both names', SLOW_LINE, SLOW_LINE, 'congestion'],
    ['two open names', OPEN, OPEN, null],
    ['a series without TCP_INFO', [{ ms: 0 }, { ms: 2_500 }], OPEN, null],
    ['no series', [], [], null],
  ] as const)('%s', (_name, trigger, neutral, mechanism) => {
    expect(mechanismOf(trigger, neutral)).toBe(mechanism);
  });

  it('takes a connection that was dropped altogether for neither queue nor rate', () => {
    const dead = series([100, 41, 14_500, 0], [1_500, 41, 14_500, 4_000], [3_000, 41, 14_500, 8_000]);
    expect(senderView(dead)?.retransmittedShare).toBe(Number.POSITIVE_INFINITY);
    expect(mechanismOf(dead, OPEN)).toBeNull();
  });

  it('ends a series where the connection was closed', () => {
    expect(senderView([...POLICED, { ms: 2_600 }])).toEqual(senderView(POLICED));
  });
});
