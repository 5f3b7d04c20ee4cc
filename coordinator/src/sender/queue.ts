import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { queuePrefix } from '../live/keys.js';
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
    this.jobs = new Queue<SenderJob>(SENDER_QUEUE, {
      connection: redis,
      prefix: queuePrefix(prefix),
      defaultJobOptions: {
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: 1_000, jitter: 0.3 },
        removeOnComplete: true,
        removeOnFail: true,
        stackTraceLimit: 1,
      },
    });
    // The connection's own watcher logs it; without a listener BullMQ would print it.
    this.jobs.on('error', () => {});
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
