import { lookup } from 'node:dns/promises';
import type { Redis } from 'ioredis';
import type { Registry } from 'prom-client';
import { AddressGuard } from './alerts/address-guard.js';
import { Alerts, type EventLog } from './alerts/alerts.js';
import { Deliverer } from './alerts/deliverer.js';
import { AlertMetrics } from './alerts/metrics.js';
import { DeliveryQueue } from './alerts/queue.js';
import type { Access } from './http/access.js';
import type { App } from './http/app.js';
import { webhookRoutes } from './http/webhooks.js';
import { Deliveries } from './live/deliveries.js';
import { Webhooks } from './live/webhooks.js';
import type { Logger } from './logging.js';

export interface TellingDeps {
  /** See `connectForRequests`. */
  readonly redis: Redis;
  /** Prefix of every Redis key. */
  readonly prefix: string;
  readonly events: EventLog;
  /** Whether an import's incidents are told. */
  readonly notifies: (source: string) => Promise<boolean>;
  /** Ranges that webhooks may reach although they are not public. */
  readonly allowCidr: readonly string[];
  readonly publicUrl: string;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Everything that tells people: subscriptions, outbox, delivery. */
export interface Telling {
  readonly alerts: Alerts;
  readonly queue: DeliveryQueue;
  addRoutes(app: App, access: Access): void;
  /** Ends every subscription that an API key has made. */
  unsubscribe(owner: string): Promise<void>;
  /** @param redis see `connectForWorkers` */
  startDelivering(redis: Redis): Deliverer;
}

/** Puts the telling together. */
export function openTelling(deps: TellingDeps): Telling {
  const { redis, prefix, events, notifies, publicUrl, logger, now } = deps;
  const webhooks = new Webhooks(redis, prefix);
  const deliveries = new Deliveries(redis, prefix);
  const queue = new DeliveryQueue({ redis, prefix, deliveries });
  const metrics = new AlertMetrics(deps.registry);
  const guard = new AddressGuard({
    allow: deps.allowCidr,
    lookup: (hostname) => lookup(hostname, { all: true, verbatim: true }),
  });
  return {
    alerts: new Alerts({ events, webhooks, deliveries, queue, notifies, publicUrl, metrics, logger, now }),
    queue,
    unsubscribe: async (owner) => {
      for (const webhook of await webhooks.list()) {
        if (webhook.owner !== owner) continue;
        await webhooks.remove(webhook.id);
        await deliveries.forget(webhook.id);
      }
    },
    addRoutes: (app, access) => webhookRoutes(app, { access, webhooks, deliveries, guard, now }),
    startDelivering: (workerRedis) =>
      new Deliverer({ redis: workerRedis, prefix, webhooks, deliveries, queue, guard, metrics, logger, now }),
  };
}
