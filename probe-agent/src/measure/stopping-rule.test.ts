import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Decision, decide } from './stopping-rule.js';
import { Timeline } from './timeline.js';

/** When and how a transfer ends whose bytes come like this; the rule is asked from the first on, after each and every 50 ms. */
function replay(samples: readonly (readonly [number, number])[], deep = false): [Decision, number] {
  const timeline = new Timeline();
  const answeredMs = samples[0]?.[0] ?? 0;
  let next = 0;
  for (let now = answeredMs; now <= 20_000; now += 50) {
    for (let s = samples[next]; s !== undefined && s[0] <= now; s = samples[++next]) {
      timeline.add(s[0], s[1]);
      const decision = decide(timeline, s[0], answeredMs, deep);
      if (decision !== null) return [decision, s[0]];
    }
    const decision = decide(timeline, now, answeredMs, deep);
    if (decision !== null) return [decision, now];
  }
  return [null, 20_000];
}

/** A token bucket: so many bytes at once after a round trip, then a segment whenever the rate allows one. */
function policed(bps: number, bucket: number): [number, number][] {
  const samples: [number, number][] = [[80, bucket]];
  const segmentMs = (1_448 * 8_000) / bps;
  for (let i = 1; 80 + i * segmentMs < 20_000; i++) samples.push([80 + i * segmentMs, bucket + i * 1_448]);
  return samples;
}

describe('rule E', () => {
  it.each([20_000, 37_000, 77_000])('policed to 140 kbit/s with a bucket of %i bytes is slow', (bucket) => {
    const [decision, ms] = replay(policed(140_000, bucket));
    expect(decision).toBe('slow');
    expect(ms).toBeLessThan(4_500);
  });

  it('an open line is fast at its 96th kB', () => {
    expect(
      replay([
        [40, 14_000],
        [80, 42_000],
        [120, 98_000],
      ]),
    ).toEqual(['fast', 120]);
  });

  it.each([3_000, 9_000])('a server that thinks for %i ms is as fast as what it then sends', (thought) => {
    const after = (samples: readonly [number, number][]) =>
      samples.map(([ms, bytes]): [number, number] => [thought + ms, bytes]);
    expect(
      replay(
        after([
          [0, 5_000],
          [40, 42_000],
          [80, 98_000],
        ]),
      ),
    ).toEqual(['fast', thought + 80]);
    const [decision, ms] = replay(after(policed(140_000, 20_000)));
    expect(decision).toBe('slow');
    expect(ms).toBeGreaterThan(thought + 2_000);
  });

  it('a far open line is neither: what is decided is how fast it became, not how far it is', () => {
    const far = [
      [300, 14_000],
      [600, 42_000],
      [900, 98_000],
      [1_200, 210_000],
    ] as const;
    expect(replay(far)[0]).not.toBe('slow');
  });

  it('a deep round does not stop at a fast beginning', () => {
    const [decision] = replay(
      [
        [40, 98_000],
        [80, 200_000],
      ],
      true,
    );
    expect(decision).toBe('stalled');
  });

  it('a line of 1 Mbit/s is neither fast nor slow within 6 s of its first byte', () => {
    expect(replay(policed(1_000_000, 10_000))).toEqual(['cap-time', 6_080]);
  });

  it('a freeze is a stall, never slow, also where it comes late', () => {
    expect(replay([[600, 16_000]])).toEqual(['stalled', 5_600]);
    expect(
      replay([
        [100, 16_000],
        [1_400, 60_000],
      ]),
    ).toEqual(['stalled', 6_400]);
  });

  it('a gap of the policer does not hide it', () => {
    expect(
      replay([
        [80, 23_000],
        [1_000, 30_000],
        [3_900, 32_000],
      ]),
    ).toEqual(['slow', 3_900]);
  });
});

interface Flow {
  readonly label: 'policed' | 'shaped';
  readonly policer_rate_bps: number | null;
  readonly policer_burst_bytes: number | null;
  readonly cum_bytes: readonly number[];
  readonly step_s: number;
}

/** File of the lab flows of the SIGCOMM 2016 policing study (USC-NSL/policing-detection), where somebody has it. */
const FLOWS = process.env.POLICING_SERIES;

if (FLOWS !== undefined) {
  describe('recorded flows of the policing study', () => {
    const lines = gunzipSync(readFileSync(FLOWS)).toString().trim().split('\n');
    const flows = lines.map((line) => {
      const flow = JSON.parse(line) as Flow;
      const [decision] = replay(flow.cum_bytes.map((bytes, i) => [i * flow.step_s * 1_000, bytes] as const));
      return { ...flow, decision };
    });
    const share = (of: readonly { decision: Decision }[], decision: Decision) =>
      of.filter((flow) => flow.decision === decision).length / of.length;

    it('shaped lines and policers of 10 Mbit/s are hardly ever slow', () => {
      const fine = flows.filter((f) => f.label === 'shaped' || (f.policer_rate_bps ?? 0) >= 10_000_000);
      expect(fine.length).toBeGreaterThan(0);
      expect(share(fine, 'slow')).toBeLessThan(0.05);
    });

    it('policers of 500 kbit/s with a bucket below the first step are never fast', () => {
      const tight = flows.filter(
        (f) => f.policer_rate_bps === 500_000 && (f.policer_burst_bytes ?? Infinity) <= 8_000,
      );
      expect(tight.length).toBeGreaterThan(0);
      expect(share(tight, 'fast')).toBe(0);
    });
  });
}
