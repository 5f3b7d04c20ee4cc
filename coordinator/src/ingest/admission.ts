import type { Redis } from 'ioredis';
import { readPressure } from '../live/pressure.js';
import { ProblemError } from '../problems/problem.js';
import type { IngestQueue } from './queue.js';

/** Share of Redis' memory from which nothing is taken: at its limit the workers could not even empty the queue. */
const MAX_MEMORY_SHARE = 0.75;
/** How long one look at Redis is believed. */
const BELIEVED_MS = 250;
const RETRY_AFTER_S = 30;

/** Refuses work well before Redis is full. */
export class Admission {
  readonly #redis: Redis;
  readonly #queue: IngestQueue;
  readonly #maxJobs: number;
  #looked = Number.NEGATIVE_INFINITY;
  #look: Promise<string | undefined> = Promise.resolve(undefined);

  constructor(redis: Redis, queue: IngestQueue, maxJobs: number) {
    this.#redis = redis;
    this.#queue = queue;
    this.#maxJobs = maxJobs;
  }

  /** @throws ProblemError `overloaded` or `unavailable`, each with Retry-After */
  async admit(): Promise<void> {
    if (this.#redis.status !== 'ready') throw new ProblemError('unavailable');
    if (performance.now() - this.#looked > BELIEVED_MS) {
      this.#looked = performance.now();
      this.#look = this.#trouble();
    }
    let trouble: string | undefined;
    try {
      trouble = await this.#look;
    } catch (cause) {
      this.#looked = Number.NEGATIVE_INFINITY;
      throw new ProblemError('unavailable', { cause });
    }
    if (trouble) throw new ProblemError('overloaded', { detail: trouble, retryAfterS: RETRY_AFTER_S });
  }

  async #trouble(): Promise<string | undefined> {
    const [memory, jobs] = await Promise.all([readPressure(this.#redis), this.#queue.counts()]);
    if (memory.maxBytes > 0 && memory.usedBytes > MAX_MEMORY_SHARE * memory.maxBytes)
      return 'The queue is short of memory. Nothing was taken: keep it and send it again after Retry-After.';
    if (jobs.waiting + jobs.active + jobs.delayed > this.#maxJobs)
      return 'The queue is full. Nothing was taken: keep it and send it again after Retry-After.';
    return undefined;
  }
}
