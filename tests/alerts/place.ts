import '../support/provided.js';
import { connectForRequests, connectForWorkers, ready } from '@brakelight/coordinator/live/connection';
import { Deliveries } from '@brakelight/coordinator/live/deliveries';
import { Webhooks } from '@brakelight/coordinator/live/webhooks';
import { createLogger } from '@brakelight/coordinator/logging';
import { openTelling, type Telling } from '@brakelight/coordinator/telling';
import type { IncidentEvent } from '@brakelight/shared';
import type { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { inject } from 'vitest';
import { ownPrefix } from '../support/own-place.js';

/** Alerts on the run's real Redis, with an event log in memory. */
export interface Place {
  readonly prefix: string;
  readonly telling: Telling;
  readonly webhooks: Webhooks;
  readonly deliveries: Deliveries;
  readonly registry: Registry;
  /** The log, in the order in which it was written. */
  readonly log: IncidentEvent[];
  /** Writes to the log, then publishes. */
  publish(event: IncidentEvent, options?: { notify?: boolean }): Promise<void>;
  startDelivering(): void;
  close(): Promise<void>;
}

export async function openPlace(): Promise<Place> {
  const logger = createLogger('silent');
  const redisUrl = inject('redisUrl');
  const redis = connectForRequests(redisUrl, logger);
  await ready(redis);
  const prefix = ownPrefix();
  const registry = new Registry();
  const log: IncidentEvent[] = [];
  const telling = openTelling({
    redis,
    prefix,
    registry,
    logger,
    allowCidr: ['127.0.0.0/8'],
    publicUrl: 'https://watch.example',
    now: Date.now,
    notifies: async (source) => source === 'told-import',
    events: {
      events: async (filter) =>
        log.filter((event) =>
          'since' in filter ? event.at >= filter.since : event.incidentId === filter.incidentId,
        ),
    },
  });
  const closers: (() => Promise<unknown>)[] = [];
  return {
    prefix,
    telling,
    webhooks: new Webhooks(redis, prefix),
    deliveries: new Deliveries(redis, prefix),
    registry,
    log,
    publish: async (event, options) => {
      log.push(event);
      await telling.alerts.publish(event, options);
    },
    startDelivering: () => {
      const workerRedis: Redis = connectForWorkers(redisUrl, logger);
      const deliverer = telling.startDelivering(workerRedis);
      closers.push(async () => {
        await deliverer.close();
        workerRedis.disconnect();
      });
    },
    close: async () => {
      await Promise.all(closers.map((close) => close()));
      await telling.queue.close();
      redis.disconnect();
    },
  };
}
