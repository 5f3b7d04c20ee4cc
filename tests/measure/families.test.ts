import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@brakelight/coordinator/logging';
import { DEFAULT_SERVER_LIMITS } from '@brakelight/coordinator/measurement-server/limits';
import {
  type MeasurementServer,
  startMeasurementServer,
} from '@brakelight/coordinator/measurement-server/start';
import type { ArmName, Direction } from '@brakelight/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawnArm, measureArm } from './support/engine.js';
import { hasIpv6Loopback } from './support/loopback.js';

let keysDir: string;
let server: MeasurementServer;
beforeAll(async () => {
  keysDir = await mkdtemp(join(tmpdir(), 'brakelight-keys-'));
  const logger = createLogger('silent');
  const host = hasIpv6Loopback ? '::' : '127.0.0.1';
  server = await startMeasurementServer({ host, port: 0, keysDir, logger, limits: DEFAULT_SERVER_LIMITS });
});
afterAll(async () => {
  await server.close();
  await rm(keysDir, { recursive: true });
});

const swapArm = (arm: ArmName, direction: Direction, address: string) =>
  drawnArm(server.port, server.pins, {
    arm,
    direction,
    url: `https://platform.example/v1/${direction === 'upload' ? 'up' : 'down'}`,
    connect: { address, port: server.port },
  });

describe('a swap arm', () => {
  describe.skipIf(!hasIpv6Loopback)('over IPv6', () => {
    it.each(['download', 'upload'] as const)('is measured as over IPv4: %s', async (direction) => {
      const seen = await measureArm(swapArm('C', direction, '::1'), { family: 6, deep: true });
      expect(seen).toMatchObject({ end: { kind: 'complete' }, family: 6, remoteAddress: '::1', direction });
      expect(seen.curve.at(-1)?.[1]).toBeGreaterThanOrEqual(512_000);
    });

    it('does not start from the source address of the other family', async () => {
      const seen = await measureArm(swapArm('C', 'download', '::1'), {
        family: 6,
        localAddress: '127.0.0.1',
      });
      expect(seen).toMatchObject({ end: { kind: 'aborted', reason: 'no-network' }, bytesSent: 0 });
    });
  });

  it('over IPv4 goes to no IPv6 address, and the other way round', async () => {
    const four = await measureArm(swapArm('C', 'download', '::1'), { family: 4 });
    const six = await measureArm(swapArm('D', 'download', '127.0.0.1'), { family: 6 });
    for (const seen of [four, six])
      expect(seen).toMatchObject({ end: { kind: 'aborted', reason: 'no-address' }, family: null });
  });
});
