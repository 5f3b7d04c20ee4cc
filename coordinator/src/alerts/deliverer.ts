import { DelayedError, type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { Webhook as Signer } from 'standardwebhooks';
import type { Deliveries, OutgoingMessage } from '../live/deliveries.js';
import { queuePrefix } from '../live/keys.js';
import type { Subscription, Webhooks } from '../live/webhooks.js';
import type { Logger } from '../logging.js';
import { type AddressGuard, ForbiddenAddress } from './address-guard.js';
import type { AlertMetrics } from './metrics.js';
import { type PostAnswer, post } from './post.js';
import { DELIVERIES_QUEUE, type DeliveryJob, type DeliveryQueue } from './queue.js';
import { MAX_ATTEMPTS, retryDelayMs } from './retry.js';

export interface DelivererDeps {
  /** A connection that waits for Redis as long as it takes. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly webhooks: Webhooks;
  readonly deliveries: Deliveries;
  readonly queue: DeliveryQueue;
  readonly guard: AddressGuard;
  readonly metrics: AlertMetrics;
  readonly logger: Logger;
  /** Wall clock, Unix milliseconds. */
  readonly now: () => number;
}

const CONCURRENCY = 20;
/** A worker that dies holds its message for this long at most. */
const LOCK_MS = 6_000;
const STALLED_CHECK_MS = 3_000;
/** How often lanes are looked at in case one was left without a job. */
const SWEEP_MS = 60_000;
const NOT_YET_MS = 1_000;

/** What came of an attempt; `answer` is missing where nobody answered. */
type Outcome = 'delivered' | 'rejected' | 'unreachable' | 'forbidden' | 'gone';
interface Result {
  readonly outcome: Outcome;
  readonly answer?: PostAnswer;
  readonly error: string | null;
}

/**
 * Delivers what is in the outbox, signed by Standard Webhooks 1.0.0. A message counts as delivered once its receiver
 * answered 2xx; dying between that answer and our note of it sends it again, with the same `webhook-id`.
 */
export class Deliverer {
  readonly #deps: DelivererDeps;
  readonly #worker: Worker<DeliveryJob>;
  readonly #sweep: NodeJS.Timeout;

  constructor(deps: DelivererDeps) {
    this.#deps = deps;
    this.#worker = new Worker<DeliveryJob>(DELIVERIES_QUEUE, (job, token) => this.#process(job, token), {
      connection: deps.redis,
      prefix: queuePrefix(deps.prefix),
      concurrency: CONCURRENCY,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: 1_000,
    });
    this.#worker.on('error', (err) => deps.logger.warn({ err }, 'deliveries'));
    this.#sweep = setInterval(() => {
      deps.queue.wakeAll().catch((err: unknown) => deps.logger.warn({ err }, 'deliveries'));
    }, SWEEP_MS).unref();
  }

  /** Finishes attempts that are under way, for so long as their own deadline lets them. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await this.#worker.close();
  }

  async #process(job: Job<DeliveryJob>, token: string | undefined): Promise<void> {
    const { deliveries, queue, webhooks, now } = this.#deps;
    const found = await deliveries.get(job.data.messageId);
    if (!found) return;
    const { message, delivery } = found;
    if (delivery.state !== 'pending') return queue.wake(message);
    if ((await deliveries.head(message)) !== message.messageId) {
      await queue.wake(message);
      return this.#later(job, token, NOT_YET_MS);
    }
    const webhook = await webhooks.get(message.webhookId);
    if (!webhook || webhook.disabledAt !== null) {
      return this.#settle(
        message,
        'failed',
        webhook ? 'the receiver is gone' : 'the subscription was deleted',
      );
    }
    const result = await this.#attempt(webhook, message);
    const attempts = await deliveries.recordAttempt(message.messageId, {
      at: new Date(now()).toISOString(),
      status: result.answer?.status ?? null,
      error: result.error,
    });
    if (result.outcome === 'delivered') return this.#settle(message, 'delivered');
    if (result.outcome === 'gone') {
      await webhooks.disable(webhook.id, now());
      return this.#settle(message, 'failed', 'the receiver is gone');
    }
    if (attempts >= MAX_ATTEMPTS) return this.#settle(message, 'failed', result.error ?? '');
    return this.#later(
      job,
      token,
      retryDelayMs(attempts, result.answer?.retryAfterMs ?? null, Math.random()),
    );
  }

  /** Puts a job off without counting it as a fault. */
  async #later(job: Job<DeliveryJob>, token: string | undefined, delayMs: number): Promise<never> {
    await job.moveToDelayed(this.#deps.now() + delayMs, token);
    throw new DelayedError();
  }

  async #settle(message: OutgoingMessage, state: 'delivered' | 'failed', error?: string): Promise<void> {
    const { deliveries, queue, metrics, logger } = this.#deps;
    if (state === 'failed') {
      metrics.failed.inc();
      logger.warn({ messageId: message.messageId, webhookId: message.webhookId, error }, 'alert given up');
    }
    await deliveries.settle(message, state, error);
    await queue.wake(message);
  }

  async #attempt(webhook: Subscription, message: OutgoingMessage): Promise<Result> {
    const { metrics } = this.#deps;
    const started = performance.now();
    const result = await this.#send(webhook, message);
    metrics.attempts.inc({ outcome: result.outcome });
    if (result.answer) metrics.attemptSeconds.observe((performance.now() - started) / 1000);
    return result;
  }

  async #send(webhook: Subscription, { messageId, body }: OutgoingMessage): Promise<Result> {
    const { guard, now } = this.#deps;
    try {
      const target = await guard.check(webhook.url);
      const at = new Date(now());
      const answer = await post(
        target,
        {
          'webhook-id': messageId,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': new Signer(webhook.secret).sign(messageId, at, body),
        },
        body,
        now,
      );
      if (answer.status >= 200 && answer.status < 300) return { outcome: 'delivered', answer, error: null };
      const error = `the receiver answered ${answer.status}`;
      return { outcome: answer.status === 410 ? 'gone' : 'rejected', answer, error };
    } catch (error) {
      if (error instanceof ForbiddenAddress)
        return { outcome: 'forbidden', error: `the URL ${error.message}` };
      return { outcome: 'unreachable', error: describe(error) };
    }
  }
}

/** Why nobody answered, as the owner of the subscription may read it: a code, never an address. */
function describe(error: unknown): string {
  const { name, code } = error as { name?: string; code?: string };
  if (name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT') return 'no answer in time';
  return `not reachable (${code ?? name ?? 'unknown'})`;
}
