import { randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { READ_BYTES } from '@brakelight/probe-agent/measure/buffers';
import { KNOCK_BYTES } from '@brakelight/probe-agent/measure/knock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CountingBudget, drawnArm, measureArm, measureArms } from './support/engine.js';
import { head, tlsFarEnd } from './support/far-end.js';

const pool = randomBytes(2_000_000);

/** Bodies that have nothing to do with what was asked for. */
const BODIES: Record<string, (socket: TLSSocket) => void> = {
  endless: (socket) => {
    socket.write(head(200, {}));
    flood(socket);
  },
  'mis-declared': (socket) => {
    socket.write(head(206, { 'content-length': 10, 'content-range': 'bytes 0-9/10' }));
    flood(socket);
  },
  compressed: (socket) => {
    socket.write(head(200, { 'content-encoding': 'br', 'content-length': pool.length }));
    socket.write(pool);
  },
  'byte by byte': (socket) => {
    socket.write(head(200, { 'content-length': pool.length }));
    // A record a byte: more than twenty bytes on the wire for each.
    let left = 20_000;
    const timer = setInterval(() => {
      for (let i = 0; i < 200 && left-- > 0 && !socket.destroyed; i++) socket.write('x');
    }, 1);
    socket.once('close', () => clearInterval(timer));
  },
  'chunked without end': (socket) => {
    socket.write(head(200, { 'transfer-encoding': 'chunked' }));
    const timer = setInterval(() => {
      if (!socket.destroyed) socket.write(`1000\r\n${'y'.repeat(0x1000)}\r\n`);
    }, 1);
    socket.once('close', () => clearInterval(timer));
  },
  'a head without end': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    flood(socket);
  },
  'interim answers without end': (socket) => {
    const timer = setInterval(() => {
      if (!socket.destroyed) socket.write('HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n'.repeat(50));
    }, 1);
    socket.once('close', () => clearInterval(timer));
  },
};

/** What may become of an upload. */
const READERS: Record<string, (socket: TLSSocket) => void> = {
  'never read': (socket) => socket.pause(),
  'counted without end': (socket) => {
    socket.write(head(200, {}));
    const timer = setInterval(() => {
      if (!socket.destroyed) socket.write('1 1\n'.repeat(5_000));
    }, 1);
    socket.once('close', () => clearInterval(timer));
  },
  'answered with a flood': (socket) => {
    socket.write(head(200, {}));
    flood(socket);
  },
  'half closed, and read on': (socket) => {
    socket.end(head(200, {}));
    socket.resume();
  },
  redirected: (socket) => socket.write(head(307, { location: '/v1/up', 'content-length': 0 })),
};

function flood(socket: TLSSocket): void {
  const more = () => {
    while (!socket.destroyed && socket.write(pool.subarray(0, 65_536)));
  };
  socket.on('drain', more);
  more();
}

describe('the budget is a wall', () => {
  it('holds to within what is sent while a read stands ready, whatever the far end sends', {
    timeout: 180_000,
  }, async () => {
    const far = await Promise.all(Object.values(BODIES).map((send) => tlsFarEnd((socket) => send(socket))));
    const property = fc.asyncProperty(
      fc.nat({ max: far.length - 1 }),
      fc.integer({ min: 0, max: 120_000 }),
      async (which, cap) => {
        const end = far[which];
        if (end === undefined) throw new Error('no such far end');
        const budget = new CountingBudget(cap);
        const arm = drawnArm(end.port, [end.pin], { ladder: [2_000_000] });
        const seen = await measureArm(arm, { budget });
        expect(budget.least).toBeGreaterThanOrEqual(-seen.bytesSent);
        // What was charged is what the observation says.
        if (cap > 0) expect(cap - budget.left).toBeGreaterThanOrEqual(seen.bytesReceived + seen.bytesSent);
        if (budget.left <= 0) expect(seen.end).toEqual({ kind: 'aborted', reason: 'budget' });
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it('holds for uploads: never more than one read over, whatever becomes of them', {
    timeout: 180_000,
  }, async () => {
    const far = await Promise.all(Object.values(READERS).map((read) => tlsFarEnd((socket) => read(socket))));
    const property = fc.asyncProperty(
      fc.nat({ max: far.length - 1 }),
      fc.integer({ min: 0, max: 120_000 }),
      async (which, cap) => {
        const end = far[which];
        if (end === undefined) throw new Error('no such far end');
        const budget = new CountingBudget(cap);
        const arm = drawnArm(end.port, [end.pin], { direction: 'upload', ladder: [2_000_000] });
        const seen = await measureArm(arm, { budget });
        expect(seen.bytesSent).toBeLessThanOrEqual(cap);
        expect(budget.least).toBeGreaterThanOrEqual(-READ_BYTES);
        expect(cap - budget.left).toBeGreaterThanOrEqual(seen.bytesReceived + seen.bytesSent);
        if (budget.left <= 0) expect(seen.end).toEqual({ kind: 'aborted', reason: 'budget' });
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });

  it('does not begin without a budget', async () => {
    const far = await tlsFarEnd(() => undefined);
    const seen = await measureArm(drawnArm(far.port, [far.pin]), { budget: new CountingBudget(0) });
    expect(seen.end).toEqual({ kind: 'aborted', reason: 'budget' });
    expect(seen.bytesSent).toBe(0);
  });

  it('pays for the knocks between two arms', async () => {
    const far = await tlsFarEnd((socket) => {
      socket.write(head(200, { 'content-length': 1_000 }));
      socket.write(pool.subarray(0, 1_000));
    });
    const budget = new CountingBudget(1_000_000);
    const arms = (['A', 'B'] as const).map((arm) => drawnArm(far.port, [far.pin], { arm }));
    const seen = await measureArms(arms, { budget });
    const ofArms = seen.reduce((sum, { bytesReceived, bytesSent }) => sum + bytesReceived + bytesSent, 0);
    const knocks = (1_000_000 - budget.left - ofArms) / KNOCK_BYTES;
    expect(Number.isInteger(knocks)).toBe(true);
    expect(knocks).toBeGreaterThanOrEqual(1);
  });

  it('does not knock without a budget', async () => {
    const far = await tlsFarEnd((socket) => {
      socket.write(head(200, { 'content-length': pool.length }));
      socket.write(pool);
    });
    const budget = new CountingBudget(50_000);
    const arms = (['A', 'B'] as const).map((arm) =>
      drawnArm(far.port, [far.pin], { arm, ladder: [2_000_000] }),
    );
    const [first, ...others] = await measureArms(arms, { budget });
    expect(first?.end).toEqual({ kind: 'aborted', reason: 'budget' });
    expect(others).toEqual([]);
    expect(50_000 - budget.left).toBe((first?.bytesReceived ?? 0) + (first?.bytesSent ?? 0));
  });
});
