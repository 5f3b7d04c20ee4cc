import '../support/provided.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@brakelight/coordinator/config';
import { Access } from '@brakelight/coordinator/http/access';
import { buildApp } from '@brakelight/coordinator/http/app';
import type { IngestWorker } from '@brakelight/coordinator/ingest/worker';
import { ApiKeys } from '@brakelight/coordinator/live/api-keys';
import { connectForRequests, connectForWorkers, ready } from '@brakelight/coordinator/live/connection';
import { createLogger } from '@brakelight/coordinator/logging';
import { openNetwork } from '@brakelight/coordinator/network/network';
import { openKeyring } from '@brakelight/coordinator/probes/keyring';
import type { ResultServer } from '@brakelight/coordinator/sender/result-client';
import type { Measurements } from '@brakelight/coordinator/store/measurements';
import { openStore, type Store } from '@brakelight/coordinator/store/store';
import { openWire, type Wire, type WireDeps } from '@brakelight/coordinator/wire';
import type { MeasurementServer } from '@brakelight/coordinator/work/draw';
import type { Catalogue } from '@brakelight/shared';
import type { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { inject } from 'vitest';
import { ownDatabase, ownPrefix } from '../support/own-place.js';

/** When enrolment tokens of tests expire, unless a test is about that. */
export const IN_A_MONTH = Date.now() + 30 * 86_400_000;

export const ADMIN_KEY = 'key-of-the-operator-of-this-test';

export const CATALOGUE: Catalogue = {
  version: '1',
  targets: ['chirp', 'reel'].map((id) => ({
    id,
    name: id,
    hosts: [`${id}.example`],
    objects: [
      {
        id: 'image',
        url: `https://${id}.example/image`,
        bytes: 2_000_000,
        contentType: 'image/jpeg',
        ranges: true,
      },
    ],
  })),
  controls: ['north', 'south'].map((id) => ({
    id: `control-${id}`,
    name: id,
    network: id,
    object: {
      id: 'file',
      url: `https://${id}.example/file`,
      bytes: 2_000_000,
      contentType: 'application/octet-stream',
      ranges: true,
    },
  })),
};

/** The wire of a coordinator on real engines and a real socket. */
export interface TestCoordinator {
  readonly origin: string;
  readonly wire: Wire;
  readonly store: Store;
  readonly redis: Redis;
  readonly prefix: string;
  readonly dataDir: string;
  readonly database: string;
  readonly publicKey: string;
  readonly registry: Registry;
  /** Everything that was logged. */
  readonly log: string[];
  /** Moves the coordinator's clock. */
  readonly clock: { offsetMs: number };
  /** @param into another store than the coordinator's own */
  startWorker(into?: Measurements): IngestWorker;
  close(): Promise<void>;
}

export async function startTestCoordinator(
  environment: Record<string, string> = {},
  options: {
    redisUrl?: string;
    worker?: boolean;
    measurementServer?: MeasurementServer;
    resultServer?: ResultServer;
  } = {},
): Promise<TestCoordinator> {
  const dataDir = await mkdtemp(join(tmpdir(), 'brakelight-wire-'));
  const csv = join(dataDir, 'networks.csv');
  await writeFile(csv, '127.0.0.0/16,64496,DE,Example Net\n127.7.0.0/16,64497,NL,Other Net\n');
  const config = loadConfig({
    RATE_LIMIT_REQUESTS: '100000',
    PROBATION: 'PT0S',
    PROBATION_TESTS: '0',
    TEST_INTERVAL: 'PT30M',
    ...environment,
  });
  const log: string[] = [];
  const logger = createLogger('debug', { write: (line: string) => void log.push(line) });
  const clock = { offsetMs: 0 };
  const redisUrl = options.redisUrl ?? inject('redisUrl');
  const redis = connectForRequests(redisUrl, logger);
  await ready(redis);
  const prefix = ownPrefix();
  const database = ownDatabase();
  const store = openStore({ url: inject('clickhouseUrl'), database, logger });
  await store.migrate();
  const keyring = await openKeyring(dataDir);
  const registry = new Registry();
  const deps: WireDeps = {
    config,
    redis,
    prefix,
    measurements: store.measurements,
    keyring,
    network: await openNetwork({ csv }, keyring.subnetKey),
    catalogue: CATALOGUE,
    measurementServer: options.measurementServer,
    senders: options.resultServer && { server: options.resultServer, store: store.senderViews },
    registry,
    logger,
    now: () => Date.now() + clock.offsetMs,
  };
  const wire = openWire(deps);
  const app = await buildApp({ logger, trustProxy: [], rateLimit: config.http.rateLimit });
  wire.addRoutes(app, new Access({ apiKeys: new ApiKeys(redis, prefix), adminKey: ADMIN_KEY }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;

  const others: Wire[] = [];
  const workers: { worker: IngestWorker; redis: Redis }[] = [];
  const senderRedis = connectForWorkers(redisUrl, logger);
  const senderWorker = wire.startSenderWorker(senderRedis);
  const startWorker = (into?: Measurements) => {
    const workerRedis = connectForWorkers(redisUrl, logger);
    const from = into ? openWire({ ...deps, measurements: into, registry: new Registry() }) : wire;
    const worker = from.startWorker(workerRedis);
    if (from !== wire) others.push(from);
    workers.push({ worker, redis: workerRedis });
    return worker;
  };
  if (options.worker ?? true) startWorker();
  return {
    origin: `http://127.0.0.1:${port}`,
    wire,
    store,
    redis,
    prefix,
    dataDir,
    database,
    publicKey: keyring.publicKey,
    registry,
    log,
    clock,
    startWorker,
    close: async () => {
      await app.close();
      for (const { worker, redis: workerRedis } of workers) {
        await worker.close(5_000);
        workerRedis.disconnect();
      }
      await senderWorker?.close();
      senderRedis.disconnect();
      for (const one of [wire, ...others]) {
        await one.queue.close();
        await one.senderQueue?.close();
      }
      redis.disconnect();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
