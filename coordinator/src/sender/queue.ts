import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { openJobQueue } from '../live/job-queue.js';
import type { MeasurementRow } from '../store/rows.js';

/** Name of the queue in Redis. */
export const SENDER_QUEUE = 'sender-views';

/** A stored swap pair, of which the measurement server is to be asked what it saw. */
export type SenderJob = Pick<MeasurementRow, 'id' | 'source' | 'target' | 'measuredAt'>;

/** Tries of one job, 1, 2, 4 ... seconds apart: over after about four minutes, and then the mechanism stays unknown. */
const ATTEMPTS = 9;

/** Tests whose sender is to be asked. A queue of its own: a server that is away holds up nothing else. */
export class SenderQueue {
  readonly jobs: Queue<SenderJob>;

  constructor(redis: Redis, prefix: string) {
    this.jobs = openJobQueue(SENDER_QUEUE, redis, prefix, {
      attempts: ATTEMPTS,
      removeOnFail: true,
      stackTraceLimit: 1,
    });
  }

  /** Remembers to ask for those that our server sent something for. Asking twice changes nothing. */
  async ask(rows: readonly MeasurementRow[]): Promise<void> {
    const sent = rows.filter((row) => row.kind === 'swap' && row.direction === 'download');
    if (sent.length === 0) return;
    await this.jobs.addBulk(
      sent.map(({ id, source, target, measuredAt }) => ({
        name: 'ask',
        data: { id, source, target, measuredAt },
        opts: { jobId: id },
      })),
    );
  }

  async close(): Promise<void> {
    await this.jobs.close();
  }
}
