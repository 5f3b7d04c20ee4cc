import { randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { drawnArm, measureArm } from './support/engine.js';
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
    expect(seen.end).toEqual({ kind: 'complete' });
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
