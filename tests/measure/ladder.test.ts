import { randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { classify } from '@brakelight/coordinator/detection/classify';
import type { ArmEnd } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { drawnArm, measureArm, measureTest } from './support/engine.js';
import { head, tlsFarEnd } from './support/far-end.js';

const object = randomBytes(600_000);

/** Serves ranges of an object of this size, and remembers what it was asked for. */
async function ranged(size: number) {
  const asked: string[] = [];
  const far = await tlsFarEnd((socket: TLSSocket, requestHead: string) => {
    const [, from, to] = /range: bytes=(\d+)-(\d+)/i.exec(requestHead) ?? [];
    asked.push(`${from}-${to}`);
    expect(requestHead).toMatch(/accept-encoding: identity/i);
    expect(requestHead).toMatch(/host: platform\.example/i);
    const last = Math.min(Number(to), size - 1);
    const part = object.subarray(Number(from), last + 1);
    socket.write(
      head(206, { 'content-length': part.length, 'content-range': `bytes ${from}-${last}/${size}` }),
    );
    socket.write(part);
  });
  return { far, asked };
}

describe('the ladder', () => {
  it('asks for exactly the bytes of each step on one connection', async () => {
    const { far, asked } = await ranged(600_000);
    const arm = drawnArm(far.port, [far.pin], { ask: 'range' });
    const seen = await measureArm(arm, { deep: true });
    expect(seen.end).toEqual({ kind: 'complete' });
    expect(asked.slice(-3)).toEqual(['0-95999', '96000-255999', '256000-511999']);
    expect(seen.curve.at(-1)?.[1]).toBeGreaterThanOrEqual(512_000);
  });

  it('stops at the first step on an open line', async () => {
    const { far, asked } = await ranged(600_000);
    const seen = await measureArm(drawnArm(far.port, [far.pin], { ask: 'range' }));
    expect(seen.end).toEqual({ kind: 'decided', as: 'fast' });
    expect(asked.at(-1)).toBe('0-95999');
    expect(seen.bytesReceived).toBeLessThan(110_000);
  });

  it('does not ask beyond the object', async () => {
    const { far, asked } = await ranged(120_000);
    const seen = await measureArm(drawnArm(far.port, [far.pin], { ask: 'range' }), { deep: true });
    expect(seen.end).toEqual({ kind: 'short', reason: 'object' });
    expect(asked.slice(-2)).toEqual(['0-95999', '96000-255999']);
  });

  it('cuts a whole object at its top where the far end knows no ranges', async () => {
    const far = await tlsFarEnd((socket) => {
      socket.write(head(200, { 'content-length': object.length }));
      socket.write(object);
    });
    const arm = drawnArm(far.port, [far.pin], { ask: 'range', ladder: [96_000, 256_000] });
    const seen = await measureArm(arm, { deep: true });
    expect(seen.end).toEqual({ kind: 'cap-bytes' });
    expect(seen.bytesReceived).toBeLessThan(330_000);
  });

  it('has a curve that only grows', async () => {
    const { far } = await ranged(600_000);
    const { curve } = await measureArm(drawnArm(far.port, [far.pin], { ask: 'range' }), { deep: true });
    expect(curve.length).toBeGreaterThan(3);
    for (const [i, [ms, bytes]] of curve.entries()) {
      expect(ms).toBeGreaterThanOrEqual(curve[i - 1]?.[0] ?? 0);
      expect(bytes).toBeGreaterThanOrEqual(curve[i - 1]?.[1] ?? 0);
    }
  });
});

type Answer = (socket: TLSSocket, from: number, to: number) => void;

/** Answers a range whole, with these headers beside its own. */
function answer(socket: TLSSocket, from: number, to: number, headers: Record<string, string> = {}): void {
  const part = object.subarray(from, to + 1);
  const range = `bytes ${from}-${to}/${object.length}`;
  socket.write(head(206, { 'content-length': part.length, 'content-range': range, ...headers }));
  socket.write(part);
}

/** What the far end does when it is asked for bytes behind the first step, and how the arm ends. */
const BEHIND_A_STEP: readonly [string, Answer, ArmEnd][] = [
  ['hangs up on the next request', (s) => s.end(), { kind: 'short', reason: 'closed' }],
  ['refuses', (s) => s.write(head(503, { 'content-length': 0 })), { kind: 'short', reason: 'refused' }],
  [
    'knows of no more',
    (s) => s.write(head(416, { 'content-length': 0 })),
    { kind: 'short', reason: 'object' },
  ],
  [
    'gives a smaller range than was asked for',
    (s, from) => answer(s, from, from + 9_999),
    { kind: 'short', reason: 'range' },
  ],
  [
    'gives a larger range than was asked for',
    (s, from, to) => answer(s, from, to + 50_000),
    { kind: 'cap-bytes' },
  ],
  [
    'hangs up in the middle of it',
    (s, from, to) => {
      const part = object.subarray(from, to - 9_999);
      s.write(head(206, { 'content-length': to + 1 - from }));
      s.end(part);
    },
    { kind: 'failed', phase: 'body', class: 'closed' },
  ],
  [
    'speaks no HTTP any more',
    (s) => s.write('SMTP ready\r\n\r\n'),
    { kind: 'failed', phase: 'body', class: 'http-protocol' },
  ],
];

/** Serves the first step as it was asked, and what is behind it in this way. */
function behindAStep(next: Answer) {
  return tlsFarEnd((socket, requestHead) => {
    const [, from, to] = /range: bytes=(\d+)-(\d+)/i.exec(requestHead) ?? [];
    if (from === '0') answer(socket, 0, Number(to));
    else next(socket, Number(from), Number(to));
  });
}

describe('behind a whole step, a far end that', () => {
  it.each(BEHIND_A_STEP)('%s', async (_name, next, end) => {
    const far = await behindAStep(next);
    const seen = await measureArm(drawnArm(far.port, [far.pin], { ask: 'range' }), { deep: true });
    expect(seen.end).toEqual(end);
    expect(seen.curve.at(-1)?.[1]).toBeGreaterThanOrEqual(96_000);
  });

  it('says it closes, and closes', async () => {
    const far = await tlsFarEnd((socket, requestHead) => {
      const [, from, to] = /range: bytes=(\d+)-(\d+)/i.exec(requestHead) ?? [];
      answer(socket, Number(from), Number(to), { connection: 'close' });
      socket.end();
    });
    const seen = await measureArm(drawnArm(far.port, [far.pin], { ask: 'range' }), { deep: true });
    expect(seen.end).toEqual({ kind: 'short', reason: 'closed' });
  });

  it('closes before it is asked again', async () => {
    const far = await behindAStep(() => undefined);
    const closing = await tlsFarEnd((socket, requestHead) => {
      const [, from, to] = /range: bytes=(\d+)-(\d+)/i.exec(requestHead) ?? [];
      answer(socket, Number(from), Number(to));
      socket.end();
    });
    const arms = [
      drawnArm(closing.port, [closing.pin], { ask: 'range' }),
      drawnArm(far.port, [far.pin], { arm: 'B', ask: 'range', ladder: [96_000] }),
    ];
    const result = await measureTest(arms, { deep: true });
    expect(result.arms[0]?.end).toEqual({ kind: 'short', reason: 'closed' });
    // Whoever closes is not blocked.
    expect(classify(result)).toMatchObject({ class: 'normal', invalidReason: null });
  });

  it('sends the whole object, which is smaller than the ladder', async () => {
    const far = await tlsFarEnd((socket) => {
      socket.write(head(200, { 'content-length': 300_000 }));
      socket.write(object.subarray(0, 300_000));
    });
    const seen = await measureArm(drawnArm(far.port, [far.pin], { ask: 'range' }), { deep: true });
    expect(seen.end).toEqual({ kind: 'short', reason: 'object' });
  });
});
