import '../support/provided.js';
import { DEFAULT_PARAMETERS } from '@brakelight/coordinator/detection/parameters';
import { Access } from '@brakelight/coordinator/http/access';
import { type App, buildApp } from '@brakelight/coordinator/http/app';
import { cellRoutes } from '@brakelight/coordinator/http/cells';
import { healthRoutes } from '@brakelight/coordinator/http/health';
import { incidentRoutes } from '@brakelight/coordinator/http/incidents';
import { keyRoutes } from '@brakelight/coordinator/http/keys';
import { measurementRoutes } from '@brakelight/coordinator/http/measurements';
import { metricsRoutes } from '@brakelight/coordinator/http/metrics';
import { openApi } from '@brakelight/coordinator/http/openapi';
import { targetRoutes } from '@brakelight/coordinator/http/targets';
import { throttledNowRoutes } from '@brakelight/coordinator/http/throttled-now';
import { tokenRoutes } from '@brakelight/coordinator/http/tokens';
import { ApiKeys } from '@brakelight/coordinator/live/api-keys';
import { connectForRequests, ready } from '@brakelight/coordinator/live/connection';
import { Probes } from '@brakelight/coordinator/live/probes';
import { Tokens } from '@brakelight/coordinator/live/tokens';
import { createLogger } from '@brakelight/coordinator/logging';
import type { Store } from '@brakelight/coordinator/store/store';
import { openTelling } from '@brakelight/coordinator/telling';
import { Registry } from 'prom-client';
import { inject } from 'vitest';
import { ownPrefix, ownStore } from '../support/own-place.js';

export const ADMIN_KEY = 'key-of-the-operator-of-this-test';

/** The answering side of a coordinator, on the run's real engines. */
export interface Answering {
  readonly app: App;
  readonly store: Store;
  /** Every route that was added, `GET /v1/cells` and so on; those that the document hides are left out. */
  readonly routes: string[];
  /** Takes an engine away, as far as readiness sees. */
  readonly engines: { clickhouse: boolean };
  close(): Promise<void>;
}

export async function startAnswering(): Promise<Answering> {
  const logger = createLogger('silent');
  const redis = connectForRequests(inject('redisUrl'), logger);
  await ready(redis);
  const prefix = ownPrefix();
  const store = await ownStore();
  const registry = new Registry();
  const now = Date.now;
  const telling = openTelling({
    redis,
    prefix,
    registry,
    logger,
    now,
    events: store.incidents,
    notifies: async () => false,
    allowCidr: ['127.0.0.0/8'],
    publicUrl: 'https://watch.example',
  });
  const apiKeys = new ApiKeys(redis, prefix);
  const access = new Access({ apiKeys, adminKey: ADMIN_KEY });
  const app = await buildApp({
    logger,
    trustProxy: [],
    rateLimit: { max: 10_000, windowS: 60, keyOf: (request) => access.keyOf(request) },
  });
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url, schema }) => {
    const hidden = (schema as { hide?: boolean } | undefined)?.hide === true;
    for (const one of [method].flat()) if (one !== 'HEAD' && !hidden) routes.push(`${one} ${url}`);
  });
  const engines = { clickhouse: true };
  await openApi(app, { publicUrl: 'https://watch.example', version: '0.1.0' });
  metricsRoutes(app, { registry, queues: [telling.queue.jobs], now });
  healthRoutes(app, {
    dependencies: [
      { name: 'redis', ask: () => redis.ping() },
      { name: 'clickhouse', ask: async () => engines.clickhouse && (await store.ping()) },
    ],
    draining: () => false,
  });
  telling.addRoutes(app, access);
  keyRoutes(app, { access, apiKeys, unsubscribe: (owner) => telling.unsubscribe(owner), now });
  tokenRoutes(app, { access, tokens: new Tokens(redis, prefix, new Probes(redis, prefix)), now });
  cellRoutes(app, { store });
  throttledNowRoutes(app, { store, parameters: DEFAULT_PARAMETERS, now });
  incidentRoutes(app, {
    store,
    now,
    unitPeriodMs: 1_800_000,
    evidence: async ({ id }) => ({
      filename: `${id}.ndjson`,
      contentType: 'application/x-ndjson',
      body: (async function* () {
        yield `{"incident":"${id}"}\n`;
      })(),
    }),
  });
  measurementRoutes(app, { store });
  targetRoutes(app, { store, catalogue: { targets: [{ id: 'youtube', name: 'YouTube' }] } });
  await app.ready();
  return {
    app,
    store,
    routes,
    engines,
    close: async () => {
      await app.close();
      await telling.queue.close();
      redis.disconnect();
      await store.close();
    },
  };
}
