import { Counter, Histogram, type Registry } from 'prom-client';

/** What an operator sees of alerts. No address, name or id as a label. */
export class AlertMetrics {
  /** Events by what became of them: announced (handed to the outbox), silent (nobody is told), incomplete (withheld). */
  readonly events: Counter<'outcome'>;
  /** Attempts by outcome: delivered, rejected (an answer that is not 2xx), unreachable, forbidden (address), gone (410). */
  readonly attempts: Counter<'outcome'>;
  /** Messages that were given up after the last attempt. */
  readonly failed: Counter;
  readonly attemptSeconds: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.events = new Counter({
      name: 'brakelight_alert_events_total',
      help: 'Incident events by what became of them: announced, silent or incomplete',
      labelNames: ['outcome'],
      registers,
    });
    this.attempts = new Counter({
      name: 'brakelight_webhook_attempts_total',
      help: 'Attempts to deliver a webhook message by outcome',
      labelNames: ['outcome'],
      registers,
    });
    this.failed = new Counter({
      name: 'brakelight_webhook_messages_failed_total',
      help: 'Webhook messages that were given up',
      registers,
    });
    this.attemptSeconds = new Histogram({
      name: 'brakelight_webhook_attempt_seconds',
      help: 'Time that receivers took to answer a webhook message',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
      registers,
    });
  }
}
