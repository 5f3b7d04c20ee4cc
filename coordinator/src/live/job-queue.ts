import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { queuePrefix } from './keys.js';

/** What queues differ in: how often a job is tried, 1, 2, 4 ... seconds apart, and what is kept of one that fails. */
export type JobQueueOptions = Required<Pick<JobsOptions, 'attempts' | 'removeOnFail' | 'stackTraceLimit'>>;

/**
 * Opens a queue; nothing stays of a job that is done.
 * @param name of the queue in Redis
 * @param prefix of every key
 */
export function openJobQueue<Job>(
  name: string,
  redis: Redis,
  prefix: string,
  options: JobQueueOptions,
): Queue<Job> {
  const queue = new Queue<Job>(name, {
    connection: redis,
    prefix: queuePrefix(prefix),
    defaultJobOptions: {
      backoff: { type: 'exponential', delay: 1_000, jitter: 0.3 },
      removeOnComplete: true,
      ...options,
    },
  });
  // The connection's own watcher logs it; without a listener BullMQ would print it.
  queue.on('error', () => {});
  return queue;
}
