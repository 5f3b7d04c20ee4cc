import { createHash } from 'node:crypto';
import type { IncidentEvent } from '@brakelight/shared';
import type { Deliveries } from '../live/deliveries.js';
import type { Subscription, Webhooks } from '../live/webhooks.js';
import type { Logger } from '../logging.js';
import { type Announcement, announcementOf, orderOf } from './announce.js';
import { composeAlert, IncompleteAlert } from './message.js';
import type { AlertMetrics } from './metrics.js';
import type { DeliveryQueue } from './queue.js';

/** The append-only log of incident events, as far as alerts need it. */
export interface EventLog {
  /** Events of one incident, or of all since an instant (inclusive), in the order in which they were written. */
  events(filter: { incidentId: string } | { since: string }): Promise<IncidentEvent[]>;
}

export interface AlertsDeps {
  readonly events: EventLog;
  readonly webhooks: Webhooks;
  readonly deliveries: Deliveries;
  readonly queue: DeliveryQueue;
  /** Whether an import's incidents are told. */
  readonly notifies: (source: string) => Promise<boolean>;
  /** Where people reach this coordinator; evidence links start with it. */
  readonly publicUrl: string;
  readonly metrics: AlertMetrics;
  readonly logger: Logger;
  /** Wall clock, Unix milliseconds. */
  readonly now: () => number;
}

/** How far back the log is searched for events that nobody was told of. Results may be a week late. */
const LOOK_BACK_MS = 8 * 86_400_000;

/**
 * From an event of an incident to messages in the outbox. May be called again for the same event, by a judge that
 * re-runs or by {@link catchUp}: each receiver gets one message of an event.
 */
export class Alerts {
  readonly #deps: AlertsDeps;

  constructor(deps: AlertsDeps) {
    this.#deps = deps;
  }

  /**
   * Hands an event to everybody who wants it. The event must be in the log already.
   * @param options.notify send although it comes from an import; our own probes' events are always sent
   */
  async publish(event: IncidentEvent, options: { readonly notify?: boolean } = {}): Promise<void> {
    const { deliveries, metrics } = this.#deps;
    if (await deliveries.isAnnounced(event.id)) return;
    const wanted = event.incident.source === 'network' || options.notify === true;
    const announcement = wanted ? await this.#announcementOf(event) : null;
    const outcome = announcement === null ? 'silent' : await this.#fanOut(event, announcement);
    metrics.events.inc({ outcome });
    await deliveries.markAnnounced(event.id);
  }

  /**
   * Publishes what was written to the log and never announced, because the process died in between. To be called at
   * boot, before judging begins. Imports are told of as their operator asked.
   */
  async catchUp(): Promise<void> {
    const { events, notifies, queue, now } = this.#deps;
    const since = new Date(now() - LOOK_BACK_MS).toISOString();
    for (const event of await events.events({ since })) {
      await this.publish(event, { notify: await notifies(event.incident.source) });
    }
    await queue.wakeAll();
  }

  async #announcementOf(event: IncidentEvent): Promise<Announcement | null> {
    const log = await this.#deps.events.events({ incidentId: event.incidentId });
    const at = log.findIndex((one) => one.id === event.id);
    return announcementOf(event, at < 0 ? log : log.slice(0, at));
  }

  async #fanOut(event: IncidentEvent, announcement: Announcement): Promise<'announced' | 'incomplete'> {
    const { type } = announcement;
    const { webhooks, deliveries, queue, publicUrl, logger, now } = this.#deps;
    let body: string;
    try {
      body = JSON.stringify(composeAlert(event, type, publicUrl));
    } catch (error) {
      if (!(error instanceof IncompleteAlert)) throw error;
      logger.error({ err: error }, 'an alert was withheld');
      return 'incomplete';
    }
    for (const webhook of await webhooks.list()) {
      if (!wants(webhook, event, announcement)) continue;
      const message = {
        messageId: messageIdOf(event.id, webhook.id),
        webhookId: webhook.id,
        eventId: event.id,
        incidentId: event.incidentId,
        type,
        order: orderOf(type, event.at),
        body,
      };
      await deliveries.add(message, now());
      await queue.wake(message);
    }
    return 'announced';
  }
}

/** Empty filters mean everything but suspicions: those must be asked for by name. */
function wants(
  webhook: Subscription,
  { incident }: IncidentEvent,
  { type, suspicion }: Announcement,
): boolean {
  const admits = <T>(filter: readonly T[], value: T) => filter.length === 0 || filter.includes(value);
  return (
    webhook.disabledAt === null &&
    admits(webhook.countries, incident.country) &&
    admits(webhook.targets, incident.target) &&
    admits(webhook.types, type) &&
    (!suspicion || webhook.types.includes('throttling.suspected'))
  );
}

/** The `webhook-id` of an event's message to a receiver: the same whoever computes it, however often. */
export function messageIdOf(eventId: string, webhookId: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([eventId, webhookId]))
    .digest('hex');
  return `msg_${digest.slice(0, 32)}`;
}
