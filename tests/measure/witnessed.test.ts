import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { createLogger } from '@brakelight/coordinator/logging';
import { DEFAULT_SERVER_LIMITS } from '@brakelight/coordinator/measurement-server/limits';
import {
  type MeasurementServer,
  startMeasurementServer,
} from '@brakelight/coordinator/measurement-server/start';
import type { ArmObservation } from '@brakelight/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CountingBudget, drawnArm, measureArm, measureArms } from './support/engine.js';
import { head, tcpFarEnd, tlsFarEnd } from './support/far-end.js';
import { type Seen, type Witness, witness } from './support/witness.js';

/** Relay, far end and engine share one event loop; a busy machine makes it late, by far less than what is looked for. */
const NEAR_MS = 60;
const THINKING_MS = 300;

let keysDir: string;
let server: MeasurementServer;

beforeAll(async () => {
  keysDir = await mkdtemp(join(tmpdir(), 'brakelight-keys-'));
  server = await startMeasurementServer({
    host: '127.0.0.1',
    port: 0,
    keysDir,
    logger: createLogger('silent'),
    limits: DEFAULT_SERVER_LIMITS,
  });
});
afterAll(async () => {
  await server.close();
  await rm(keysDir, { recursive: true });
});

function last(tap: Witness): Seen {
  const seen = tap.connections().at(-1);
  if (seen === undefined) throw new Error('nobody came by');
  return seen;
}

const delivered = (seen: Seen) => seen.received.at(-1)?.[1] ?? 0;

/** When the far end's bytes of a transfer had come to this many, on the witness' clock. */
function timeOf(seen: Seen, bytes: number): number {
  return seen.received.find(([, total]) => total >= bytes)?.[0] ?? Number.NaN;
}

describe('a witness on the wire saw what the agent says', () => {
  const down = 'https://platform.example/v1/down';
  const up = 'https://platform.example/v1/up';

  it.each([
    ['a whole ladder', 'download', down, [4_000, 8_000, 12_000], 'complete'],
    ['a fast download', 'download', down, [96_000], 'decided'],
    ['an upload', 'upload', up, [4_000, 8_000], 'complete'],
  ] as const)('%s, to the byte', async (_name, direction, url, ladder, end) => {
    const tap = await witness(server.port);
    const arm = drawnArm(tap.port, server.pins, { arm: 'C', direction, url, ladder: [...ladder] });
    const seen = await measureArm(arm);
    expect(seen.end.kind).toBe(end);
    expect(seen.bytesSent).toBe(last(tap).sent);
    expect(seen.bytesReceived).toBe(delivered(last(tap)));
  });

  it('a reset handshake, to the byte', async () => {
    const tap = await witness(
      await tcpFarEnd((socket) => socket.once('data', () => socket.resetAndDestroy())),
    );
    const seen = await measureArm(drawnArm(tap.port, server.pins));
    expect(seen.end).toMatchObject({ kind: 'failed', phase: 'tls' });
    expect(seen).toMatchObject({ bytesSent: last(tap).sent, bytesReceived: 0 });
  });

  // Again where the machine itself disturbed it, which ends a test.
  it('both arms of a test, and the budget is charged for them and for no more than the knocks beside', {
    retry: 4,
  }, async () => {
    const tap = await witness(server.port);
    const budget = new CountingBudget(1_000_000);
    const arms = (['C', 'D'] as const).map((arm) =>
      drawnArm(tap.port, server.pins, { arm, url: down, ladder: [20_000] }),
    );
    const observations = await measureArms(arms, { budget });
    const connections = tap.connections();
    expect(observations.map(({ bytesSent }) => bytesSent)).toEqual(connections.map(({ sent }) => sent));
    expect(observations.map(({ bytesReceived }) => bytesReceived)).toEqual(connections.map(delivered));
    const passed = connections.reduce((sum, seen) => sum + seen.sent + delivered(seen), 0);
    expect(1_000_000 - budget.left).toBeGreaterThan(passed);
    expect((1_000_000 - budget.left - passed) % 500).toBe(0);
  });

  it('the curve, at its times', { timeout: 60_000 }, async () => {
    const tap = await witness(server.port, 50_000);
    const seen = await measureArm(drawnArm(tap.port, server.pins, { arm: 'C', url: down }));
    const offsets = curveOffsets(seen, last(tap));
    expect(offsets.length).toBeGreaterThan(5);
    expect(Math.max(...offsets) - Math.min(...offsets)).toBeLessThan(NEAR_MS);
    expect(Math.max(...offsets.map(Math.abs))).toBeLessThan(NEAR_MS);
  });
});

/** How much later than the witness the curve has its points, from the request that the witness saw. */
function curveOffsets({ curve, bytesReceived }: ArmObservation, seen: Seen): number[] {
  const bytes = curve.at(-1)?.[1] ?? 0;
  const before = bytesReceived - bytes;
  const firstMs = timeOf(seen, before + 1);
  const requestMs = Math.max(...seen.spoke.filter((ms) => ms <= firstMs));
  const grown = curve.filter(([, total], i) => total > (curve[i - 1]?.[1] ?? 0));
  return grown.map(([ms, total]) => ms - (timeOf(seen, before + total) - requestMs));
}

describe('the first byte', () => {
  const body = randomBytes(4_000);
  const answer = (socket: TLSSocket) => {
    socket.write(head(200, { 'content-length': body.length }));
    socket.write(body);
  };

  it('is that of the answer, whatever TLS has to say before', async () => {
    const far = await tlsFarEnd((socket) => setTimeout(() => answer(socket), THINKING_MS));
    const seen = await measureArm(drawnArm(far.port, [far.pin], { ladder: [body.length] }));
    expect(seen.end.kind).toBe('complete');
    expect(seen.phases.firstByteMs).toBeGreaterThan(THINKING_MS - 5);
  });

  it('is that of an interim answer where there is one, as a person would see it on the wire', async () => {
    const far = await tlsFarEnd((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
      setTimeout(() => answer(socket), THINKING_MS);
    });
    const seen = await measureArm(drawnArm(far.port, [far.pin], { ladder: [body.length] }));
    expect(seen.end.kind).toBe('complete');
    expect(seen.phases.firstByteMs).toBeLessThan(THINKING_MS);
  });
});
