import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Deliveries, Lane } from '../live/deliveries.js';
import { openJobQueue } from '../live/job-queue.js';

/** Name of the queue in Redis. */
export const DELIVERIES_QUEUE = 'deliveries';

/** What a job says: look at this message. Everything else is in the outbox. */
export interface DeliveryJob {
  readonly messageId: string;
}

export interface QueueDeps {
  readonly redis: Redis;
  /** Prefix of every key. */
  readonly prefix: string;
  readonly deliveries: Deliveries;
}

/**
 * Tells workers when to look at the outbox. Only the first message of a lane is ever queued, so a `resolved` cannot
 * overtake its `detected`. A job's id is the message's id: queueing twice is queueing once; and a job that comes back
 * after its message went out finds it settled, so the queue needs no memory of its own.
 */
export class DeliveryQueue {
  /** For metrics. */
  readonly jobs: Queue<DeliveryJob>;
  readonly #deliveries: Deliveries;

  constructor(deps: QueueDeps) {
    this.#deliveries = deps.deliveries;
    this.jobs = openJobQueue(DELIVERIES_QUEUE, deps.redis, deps.prefix, {
      // Failed attempts are put off by the worker itself; these are for faults of ours, such as a Redis that restarts.
      attempts: 10,
      removeOnFail: true,
      stackTraceLimit: 1,
    });
  }

  /** Queues whatever is first in a lane. */
  async wake(lane: Lane): Promise<void> {
    const messageId = await this.#deliveries.head(lane);
    if (messageId !== undefined) await this.jobs.add('deliver', { messageId }, { jobId: messageId });
  }

  /** Queues the first message of every lane: closes the gap of a crash between outbox and queue. */
  async wakeAll(): Promise<void> {
    for (const lane of await this.#deliveries.lanes()) await this.wake(lane);
  }

  async close(): Promise<void> {
    await this.jobs.close();
  }
}
