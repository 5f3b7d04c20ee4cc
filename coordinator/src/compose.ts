import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Config } from './config.js';
import { openEvidence } from './evidence.js';
import { Access } from './http/access.js';
import { buildApp } from './http/app.js';
import { cellRoutes } from './http/cells.js';
import { dashboardRoutes } from './http/dashboard.js';
import { healthRoutes } from './http/health.js';
import { incidentRoutes } from './http/incidents.js';
import { keyRoutes } from './http/keys.js';
import { measurementRoutes } from './http/measurements.js';
import { metricsRoutes } from './http/metrics.js';
import { openApi } from './http/openapi.js';
import { targetRoutes } from './http/targets.js';
import { throttledNowRoutes } from './http/throttled-now.js';
import { tokenRoutes } from './http/tokens.js';
import { openJudging } from './judging.js';
import { ApiKeys } from './live/api-keys.js';
import { connectForRequests, connectForWorkers, ready } from './live/connection.js';
import { DEFAULT_PREFIX } from './live/keys.js';
import type { Logger } from './logging.js';
import { openNetwork } from './network/network.js';
import type { Keyring } from './probes/keyring.js';
import { TOKEN_LIFE_MS } from './probes/token-life.js';
import type { ResultServer } from './sender/result-client.js';
import { openStore } from './store/store.js';
import { openTelling } from './telling.js';
import { VERSION } from './version.js';
import { openWire } from './wire.js';
import { loadCatalogue } from './work/catalogue.js';
import type { MeasurementServer } from './work/draw.js';

const DASHBOARD = fileURLToPath(new URL('./dashboard', import.meta.url));

export interface CoordinatorDeps {
  readonly config: Config;
  /** Where the engines are, whoever started them. */
  readonly engines: { readonly redisUrl: string; readonly clickhouseUrl: string };
  readonly keyring: Keyring;
  readonly adminKey: string;
  readonly publicUrl: string;
  /** What probes are told of the measurement server; without it no swap pairs are drawn. */
  readonly measurementServer: MeasurementServer | undefined;
  /** Where this coordinator itself asks that server for its results. */
  readonly resultServer: ResultServer | undefined;
  readonly logger: Logger;
  /** Wall clock, Unix milliseconds. */
  readonly now: () => number;
}

/** A coordinator that was put together; nothing listens yet. */
export interface Coordinator {
  /** A one-time enrolment token for an owner, good for 30 days. */
  invite(owner: string): Promise<string>;
  /** Begins to store, judge, tell and listen. */
  start(): Promise<void>;
  /** Readiness off, no new requests, workers finish by the deadline, connections closed. */
  close(): Promise<void>;
}

/** The composition root: everything is built here and handed down. */
export async function compose(deps: CoordinatorDeps): Promise<Coordinator> {
  const { config, engines, keyring, publicUrl, logger, now } = deps;
  const prefix = DEFAULT_PREFIX;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const catalogue = await loadCatalogue(config.work.catalogueFile, config.work.targetAllowCidr);
  const network = await openNetwork(config.network, keyring.subnetKey);
  const store = openStore({ url: engines.clickhouseUrl, logger });
  const redis = connectForRequests(engines.redisUrl, logger);
  const workerRedis = connectForWorkers(engines.redisUrl, logger);
  await Promise.all([store.migrate(), ready(redis), ready(workerRedis)]);

  const { measurements } = store;
  const shared = { redis, prefix, registry, logger, now };
  const wire = openWire({
    ...shared,
    config,
    measurements,
    keyring,
    network,
    catalogue,
    measurementServer: deps.measurementServer,
    senders: deps.resultServer && { server: deps.resultServer, store: store.senderViews },
  });
  const telling = openTelling({
    ...shared,
    events: store.incidents,
    notifies: (source) => wire.importNotify.wants(source),
    allowCidr: config.alerts.allowCidr,
    publicUrl,
  });
  const judging = openJudging({
    ...shared,
    parameters: config.detection,
    store,
    dirty: wire.dirty,
    alerts: telling.alerts,
  });

  const apiKeys = new ApiKeys(redis, prefix);
  const access = new Access({ apiKeys, adminKey: deps.adminKey });
  let draining = false;
  const app = await buildApp({
    logger,
    trustProxy: config.http.trustProxy,
    rateLimit: { ...config.http.rateLimit, keyOf: (request) => access.keyOf(request) },
    ...(config.http.tls && {
      tls: {
        cert: await readFile(config.http.tls.certFile, 'utf8'),
        key: await readFile(config.http.tls.keyFile, 'utf8'),
      },
    }),
  });
  const queues = [wire.queue, telling.queue, ...(wire.senderQueue ? [wire.senderQueue] : [])];
  await openApi(app, { publicUrl, version: VERSION });
  metricsRoutes(app, { registry, queues: queues.map(({ jobs }) => jobs), now });
  healthRoutes(app, {
    dependencies: [
      { name: 'redis', ask: () => redis.ping() },
      { name: 'clickhouse', ask: () => store.ping() },
    ],
    draining: () => draining,
  });
  wire.addRoutes(app, access);
  telling.addRoutes(app, access);
  keyRoutes(app, { access, apiKeys, unsubscribe: (owner) => telling.unsubscribe(owner), now });
  tokenRoutes(app, { access, tokens: wire.tokens, now });
  cellRoutes(app, { store });
  throttledNowRoutes(app, { store, parameters: config.detection, now });
  incidentRoutes(app, {
    store,
    evidence: (incident) => openEvidence(store, config.detection, incident, now()),
    unitPeriodMs: config.detection.periodMs,
    now,
  });
  measurementRoutes(app, { store });
  targetRoutes(app, { store, catalogue });
  await dashboardRoutes(app, { root: DASHBOARD });

  const closers: (() => Promise<unknown>)[] = [];
  return {
    invite: (owner) =>
      wire.tokens.create({ kind: 'once', owner, quota: 1, expiresAt: now() + TOKEN_LIFE_MS }),
    start: async () => {
      await wire.queue.retryFailed();
      const worker = wire.startWorker(workerRedis);
      closers.push(() => worker.close(config.ingest.shutdownDeadlineMs));
      const senderWorker = wire.startSenderWorker(workerRedis);
      if (senderWorker) closers.push(() => senderWorker.close());
      await telling.alerts.catchUp();
      const deliverer = telling.startDelivering(workerRedis);
      closers.push(() => deliverer.close());
      const loop = judging.start();
      closers.push(() => loop.close());
      await app.listen({ host: config.http.host, port: config.http.port });
    },
    close: async () => {
      draining = true;
      await app.close();
      await Promise.all(closers.map((close) => close()));
      await Promise.all(queues.map((queue) => queue.close()));
      redis.disconnect();
      workerRedis.disconnect();
      await store.close();
    },
  };
}
