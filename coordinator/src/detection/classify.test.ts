import type { ArmEnd, ArmName, ArmObservation, TestResult } from '@brakelight/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify } from './classify.js';
import { gainOf } from './classify-swap.js';

const AT = Date.parse('2026-01-01T00:00:00.000Z');

interface Line {
  bps: number;
  bytes?: number;
  end?: ArmEnd;
  rttMs?: number;
  /** The round trip, where not said: a lost SYN adds a second. */
  tcpMs?: number;
  tlsMs?: number;
  /** Extra silence at the end of the curve. */
  silentMs?: number;
  /** Bytes that come at once. */
  burst?: number;
}

function arm(name: ArmName, line: Line, startMs = 0): ArmObservation {
  const bytes = line.bytes ?? 96_000;
  const rttMs = line.rttMs ?? 20;
  const curve: [number, number][] = [];
  const burst = Math.min(line.burst ?? 0, bytes);
  const bodyMs = ((bytes - burst) * 8000) / line.bps;
  for (let step = 0; step <= 20; step++) {
    curve.push([rttMs + (bodyMs * step) / 20, Math.round(burst + ((bytes - burst) * step) / 20)]);
  }
  if (line.silentMs) curve.push([rttMs + bodyMs + line.silentMs, bytes]);
  return {
    arm: name,
    direction: 'download',
    startedAt: new Date(AT + startMs).toISOString(),
    durationMs: bodyMs,
    end: line.end ?? { kind: 'complete' },
    family: 4,
    remoteAddress: '198.51.100.1',
    dnsAnswers: [],
    protocol: 'http/1.1',
    httpStatus: 206,
    phases: { dnsMs: 5, tcpMs: line.tcpMs ?? rttMs, tlsMs: line.tlsMs ?? 2 * rttMs, firstByteMs: rttMs },
    bytesReceived: bytes + 5000,
    bytesSent: 2000,
    curve,
    rateBps: Math.round(line.bps),
    loopDelayMs: 1,
  };
}

function test(kind: 'platform' | 'swap', first: Line, second: Line, deep = false): TestResult {
  const [target, control]: [ArmName, ArmName] = kind === 'platform' ? ['A', 'B'] : ['C', 'D'];
  const a = arm(target, first);
  const b = arm(control, second, a.durationMs + 1000);
  return {
    id: '01KAAAAAAAAAAAAAAAAAAAAAAA',
    ticket: 't',
    kind,
    target: 'twitter',
    control: 'control',
    deep,
    drawnAt: new Date(AT - 1000).toISOString(),
    measuredAt: new Date(AT).toISOString(),
    arms: [a, b],
    agentVersion: '0.1.0',
    methodVersion: '1.0.0',
    nodeVersion: 'v20.20.0',
  };
}

const OPEN: Line = { bps: 20_000_000, end: { kind: 'decided', as: 'fast' } };
const POLICED: Line = { bps: 140_000, bytes: 69_000, end: { kind: 'decided', as: 'slow' }, burst: 23_000 };
const failed = (
  phase: 'dns' | 'tcp' | 'tls' | 'http' | 'body',
  how: 'timeout' | 'reset' = 'reset',
): Line => ({
  bps: 1000,
  bytes: 0,
  end: { kind: 'failed', phase, class: how },
});

describe('platform channel', () => {
  it.each<[string, Line, Line, string | null, string | null]>([
    ['open', OPEN, OPEN, 'normal', null],
    ['policed to 140 kbit/s', POLICED, OPEN, 'slow', null],
    [
      'a far platform in slow start',
      { ...OPEN, bps: 2_400_000, rttMs: 150 },
      { ...OPEN, rttMs: 10 },
      'normal',
      null,
    ],
    [
      'a far platform that did not end FAST',
      { bps: 1_200_000, rttMs: 300 },
      { ...OPEN, rttMs: 10 },
      'normal',
      null,
    ],
    ['the same rate with a short round trip', { bps: 1_200_000, rttMs: 30 }, OPEN, 'slow', null],
    [
      'a third of the line',
      { bps: 1_000_000, bytes: 512_000 },
      { bps: 3_000_000, bytes: 512_000 },
      'slow',
      null,
    ],
    ['a little slower', { bps: 1_200_000 }, { bps: 2_000_000 }, 'normal', null],
    ['a line that is slow as a whole', { bps: 300_000 }, { bps: 500_000 }, null, 'slow-line'],
    ['control failed', OPEN, failed('tcp'), null, 'control-failed'],
    ['reset after the ClientHello', failed('tls'), OPEN, 'blocked', null],
    ['no such name', failed('dns'), OPEN, 'blocked', null],
    [
      'reset after 20 kB that came as fast as any',
      { ...OPEN, bytes: 20_000, end: { kind: 'failed', phase: 'body', class: 'reset' } },
      OPEN,
      'blocked',
      null,
    ],
    [
      'closed in the middle of the body',
      { ...OPEN, bytes: 70_000, end: { kind: 'failed', phase: 'body', class: 'closed' } },
      OPEN,
      'blocked',
      null,
    ],
    [
      'closed in good order behind a step',
      { ...OPEN, end: { kind: 'short', reason: 'closed' } },
      OPEN,
      'normal',
      null,
    ],
    [
      'freeze after 16 kB',
      { bps: 5_000_000, bytes: 16_000, end: { kind: 'stalled', bytes: 16_000 } },
      OPEN,
      'stalled',
      null,
    ],
    [
      'silence after 90 kB',
      { bps: 1_400_000, bytes: 90_000, end: { kind: 'failed', phase: 'body', class: 'timeout' } },
      OPEN,
      'slow',
      null,
    ],
    [
      'a page of 2 kB in the place of the object',
      { ...OPEN, bytes: 2_000, end: { kind: 'short', reason: 'object' } },
      OPEN,
      'blocked',
      null,
    ],
    [
      'a page in the place of the control',
      OPEN,
      { ...OPEN, bytes: 2_000, end: { kind: 'short', reason: 'object' } },
      null,
      'control-failed',
    ],
    ['policed behind a SYN that was lost once', { ...POLICED, tcpMs: 1_020 }, OPEN, 'slow', null],
    ['handshake of 3 s', { ...OPEN, tlsMs: 3000 }, OPEN, 'slow', null],
    ['handshake slow on both', { ...OPEN, tlsMs: 3000 }, { ...OPEN, tlsMs: 2900 }, 'normal', null],
    ['own trouble', { ...OPEN, end: { kind: 'aborted', reason: 'suspended' } }, OPEN, null, 'aborted'],
    [
      'a trickle of 20 kB, then waiting in vain',
      { bps: 8_000_000, bytes: 20_000, end: { kind: 'cap-time' }, silentMs: 6000 },
      OPEN,
      'slow',
      null,
    ],
  ])('%s', (_name, a, b, expected, reason) => {
    const said = classify(test('platform', a, b));
    expect([said.class, said.invalidReason]).toEqual([expected, reason]);
  });

  it('sees a cap of 1 Mbit/s behind a bucket of 185 kB in deep rounds only', () => {
    const capped: Line = { bps: 1_000_000, bytes: 1_000_000, burst: 185_000 };
    const open: Line = { bps: 20_000_000, bytes: 1_000_000 };
    expect(classify(test('platform', capped, open, true)).class).toBe('slow');
    expect(classify(test('platform', capped, open, false)).class).toBe('normal');
  });

  it('reports the rate of the last 2 s, not the range it compared', () => {
    const said = classify(test('platform', POLICED, OPEN));
    expect(said.targetRateBps).toBe(140_000);
    expect(said.ratio).toBeLessThan(0.02);
  });

  it('refuses arms that overlap, lie too far apart, or are not what the kind needs', () => {
    const good = test('platform', OPEN, OPEN);
    const [a, b] = good.arms as [ArmObservation, ArmObservation];
    const later = (ms: number) => ({ ...b, startedAt: new Date(AT + ms).toISOString() });
    expect(classify({ ...good, arms: [{ ...a, durationMs: 60_000 }, b] }).invalidReason).toBe('wrong-times');
    expect(classify({ ...good, arms: [a, later(121_000)] }).invalidReason).toBe('too-far-apart');
    expect(classify({ ...good, arms: [a] }).invalidReason).toBe('wrong-order');
    expect(classify({ ...good, arms: [b, a] }).invalidReason).toBe('wrong-times');
  });
});

const anyLine: fc.Arbitrary<Line> = fc.record({
  bps: fc.double({ min: 1000, max: 1e9, noNaN: true }),
  bytes: fc.integer({ min: 0, max: 1_000_000 }),
  rttMs: fc.integer({ min: 1, max: 500 }),
  tlsMs: fc.integer({ min: 1, max: 5000 }),
  burst: fc.integer({ min: 0, max: 200_000 }),
  silentMs: fc.constantFrom(0, 5000),
  end: fc.constantFrom<ArmEnd>(
    { kind: 'complete' },
    { kind: 'short', reason: 'closed' },
    { kind: 'decided', as: 'fast' },
    { kind: 'decided', as: 'slow' },
    { kind: 'cap-time' },
    { kind: 'stalled', bytes: 20_000 },
    { kind: 'failed', phase: 'tls', class: 'reset' },
  ),
});

describe('swap channel', () => {
  it('gains on a slowed name, loses on a slowed neutral name', () => {
    expect(classify(test('swap', POLICED, OPEN)).gain).toBe(1);
    expect(classify(test('swap', OPEN, POLICED)).gain).toBe(-1);
    expect(classify(test('swap', failed('tls'), OPEN)).gain).toBe(1);
    expect(classify(test('swap', OPEN, failed('tls'))).gain).toBe(-1);
    expect(classify(test('swap', { bps: 1e6 }, { bps: 1e6 })).gain).toBeCloseTo(0);
    expect(classify(test('swap', { ...OPEN, tlsMs: 3000 }, OPEN)).gain).toBe(1);
    expect(classify(test('swap', OPEN, { ...OPEN, tlsMs: 3000 })).gain).toBe(-1);
    expect(classify(test('swap', { ...OPEN, tlsMs: 3000 }, { ...OPEN, tlsMs: 2900 })).gain).toBe(0);
    expect(classify(test('swap', { bps: 5e5 }, { bps: 4e5 })).invalidReason).toBe('slow-line');
  });

  it('negates the gain when the labels are exchanged, for every input', () => {
    fc.assert(
      fc.property(anyLine, anyLine, (c, d) => {
        const pair = test('swap', c, d);
        const relabelled = pair.arms.map((one) => ({ ...one, arm: one.arm === 'C' ? 'D' : 'C' }) as const);
        const said = classify(pair);
        const swapped = classify({ ...pair, arms: relabelled });
        expect(swapped.invalidReason).toBe(said.invalidReason);
        if (said.gain === null) expect(swapped.gain).toBeNull();
        else expect((swapped.gain ?? Number.NaN) + said.gain).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('clips', () => {
    expect(gainOf(0, 1)).toBe(1);
    expect(gainOf(1, 0)).toBe(-1);
    expect(gainOf(0, 0)).toBe(0);
    expect(gainOf(100, 200)).toBeCloseTo(Math.LN2 / 0.8);
  });
});
