import { CurvePoint } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Timeline } from './timeline.js';

function timeline(...samples: [number, number][]): Timeline {
  const made = new Timeline();
  for (const [ms, bytes] of samples) made.add(ms, bytes);
  return made;
}

describe('Timeline', () => {
  it('says when bytes had come, linear between samples', () => {
    const t = timeline([100, 10_000], [200, 30_000]);
    expect(t.timeAt(5_000)).toBe(50);
    expect(t.timeAt(20_000)).toBe(150);
    expect(t.timeAt(30_000)).toBe(200);
    expect(t.timeAt(30_001)).toBeNull();
  });

  it('says how many bytes had come, as they were counted', () => {
    const t = timeline([100, 10_000], [200, 30_000]);
    expect([0, 99, 100, 199, 200, 9_999].map((ms) => t.bytesAt(ms))).toEqual([
      0, 0, 10_000, 10_000, 30_000, 30_000,
    ]);
  });

  it('rates the last window, or the whole where that is shorter; silence is part of it', () => {
    const t = timeline([500, 50_000], [1_000, 100_000], [4_000, 135_000]);
    expect(t.rateBefore(1_000, 2_000)).toBe(800_000);
    expect(t.rateBefore(4_000, 2_000)).toBe(140_000);
    expect(t.rateBefore(6_500, 2_000)).toBe(0);
  });

  it('is fast, not silent, where everything came in the instant of the request', () => {
    expect(timeline([0, 96_000]).rateBefore(0, 2_000)).toBeGreaterThan(1_000_000_000);
  });

  it('does not take what runs backwards', () => {
    const t = timeline([100, 10_000], [90, 20_000], [110, 9_000]);
    expect(t.bytes).toBe(10_000);
    expect(t.lastMs).toBe(100);
  });

  it('draws points 100 to 250 ms apart, at the far ends of its randomness', () => {
    const t = timeline(
      ...Array.from({ length: 500 }, (_, i): [number, number] => [(i + 1) * 10, (i + 1) * 10]),
    );
    const distances = (random: number) => {
      const curve = t.curve(5_000, () => random);
      return curve.slice(1, -1).map(([ms], i) => ms - (curve[i]?.[0] ?? 0));
    };
    expect(new Set(distances(0))).toEqual(new Set([100]));
    expect(new Set(distances(0.999))).toEqual(new Set([250]));
  });

  it('keeps the crossings of an open line that is through in 0.2 s', () => {
    const t = timeline([40, 10_000], [45, 20_000], [85, 50_000], [125, 99_000]);
    expect(t.curve(125, () => 0.5).map(([, bytes]) => bytes)).toEqual([0, 10_000, 20_000, 50_000, 99_000]);
  });

  it('ends with the wait in vain', () => {
    expect(
      timeline([40, 16_000])
        .curve(5_040, () => 0)
        .at(-1),
    ).toEqual([5_040, 16_000]);
  });

  it('fits the wire however long it is', () => {
    const long = Array.from({ length: 5_000 }, (_, i): [number, number] => [(i + 1) * 100, (i + 1) * 100]);
    const curve = timeline(...long).curve(500_000, () => 0);
    expect(z.array(CurvePoint).max(400).safeParse(curve).success).toBe(true);
    expect(curve.at(-1)).toEqual([500_000, 500_000]);
  });
});
