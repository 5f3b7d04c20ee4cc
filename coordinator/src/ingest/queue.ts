import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { openJobQueue } from '../live/job-queue.js';
import { ProblemError } from '../problems/problem.js';
import { type IngestJob, SUBMISSIONS_QUEUE } from './job.js';

/** Longest wait for Redis to take a job while a client waits for our answer. */
const ADD_TIMEOUT_MS = 5_000;
/** Tries of one job, 1, 2, 4 ... seconds apart: eight are over after about two minutes. Then it is kept as failed. */
const ATTEMPTS = 8;

/** Jobs by state. */
export type JobCounts = Readonly<Record<'waiting' | 'active' | 'delayed' | 'failed', number>>;

/** The queue between HTTP and the store: one job for each submission. */
export class IngestQueue {
  readonly jobs: Queue<IngestJob>;

  constructor(redis: Redis, prefix: string) {
    this.jobs = openJobQueue(SUBMISSIONS_QUEUE, redis, prefix, {
      attempts: ATTEMPTS,
      // A job that always fails is kept, counted in the metrics, and tried again at the next start.
      removeOnFail: false,
      stackTraceLimit: 3,
    });
  }

  /** Resolves once Redis has it. @throws ProblemError `unavailable` when that takes too long */
  async add(id: string, job: IngestJob): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new ProblemError('unavailable')), ADD_TIMEOUT_MS);
    });
    try {
      await Promise.race([this.jobs.add(job.kind, job, { jobId: id }), tooLong]);
    } finally {
      clearTimeout(timer);
    }
  }

  async has(id: string): Promise<boolean> {
    return (await this.jobs.getJob(id)) !== undefined;
  }

  async counts(): Promise<JobCounts> {
    const counts = await this.jobs.getJobCounts('waiting', 'active', 'delayed', 'failed');
    const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
    return { waiting, active, delayed, failed };
  }

  /** Gives jobs that failed for good another round; to be called at start. */
  async retryFailed(): Promise<void> {
    await this.jobs.retryJobs({ state: 'failed' });
  }

  async close(): Promise<void> {
    await this.jobs.close();
  }
}
