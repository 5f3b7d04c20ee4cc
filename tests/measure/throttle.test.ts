import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@brakelight/coordinator/logging';
import { DEFAULT_SERVER_LIMITS } from '@brakelight/coordinator/measurement-server/limits';
import {
  type MeasurementServer,
  startMeasurementServer,
} from '@brakelight/coordinator/measurement-server/start';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawnArm, measureArm } from './support/engine.js';
import { throttled } from './support/far-end.js';

/** What Russia did in 2021: about 140 kbit/s for each connection. */
const BUCKET = { bytesPerSecond: 17_500, burstBytes: 23_000 };

let keysDir: string;
let server: MeasurementServer;

beforeAll(async () => {
  keysDir = await mkdtemp(join(tmpdir(), 'brakelight-keys-'));
  const logger = createLogger('silent');
  server = await startMeasurementServer({
    host: '127.0.0.1',
    port: 0,
    keysDir,
    logger,
    limits: DEFAULT_SERVER_LIMITS,
  });
});

afterAll(async () => {
  await server.close();
  await rm(keysDir, { recursive: true });
});

describe.concurrent('a connection held to 140 kbit/s', () => {
  it.each(['download', 'upload'] as const)(
    '%s is slow, at its rate',
    { timeout: 60_000 },
    async (direction) => {
      const port = await throttled(server.port, direction, BUCKET);
      const url = `https://twitter.com/v1/${direction === 'download' ? 'down' : 'up'}`;
      const seen = await measureArm(drawnArm(port, server.pins, { arm: 'C', direction, url }));
      expect(seen.end).toEqual({ kind: 'decided', as: 'slow' });
      expect(seen.rateBps).toBeGreaterThan(100_000);
      expect(seen.rateBps).toBeLessThan(180_000);
      expect(seen.bytesReceived).toBeLessThan(100_000);
      // Burst, then plateau: the ramp is kept.
      expect(seen.curve.length).toBeGreaterThan(8);
    },
  );
});
