import { METHOD_VERSION, type PairMechanism } from '@brakelight/shared';
import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { mechanismOf } from '../detection/mechanism.js';
import type { Dirty } from '../live/dirty.js';
import { queuePrefix } from '../live/keys.js';
import type { Logger } from '../logging.js';
import type { SenderViewRow } from '../store/sender-views.js';
import { SENDER_QUEUE, type SenderJob } from './queue.js';
import { ResultClient, type ResultServer } from './result-client.js';

const CONCURRENCY = 4;

export interface SenderWorkerDeps {
  /** A connection that waits for Redis, see `connectForWorkers`. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly server: ResultServer;
  readonly store: { insert(rows: readonly SenderViewRow[]): Promise<void> };
  readonly dirty: Pick<Dirty, 'mark'>;
  readonly logger: Logger;
}

/** Asks the measurement server for its own view of swap pairs, and has the judge look again. */
export class SenderWorker {
  readonly #deps: SenderWorkerDeps;
  readonly #client: ResultClient;
  readonly #worker: Worker<SenderJob>;

  constructor(deps: SenderWorkerDeps) {
    this.#deps = deps;
    this.#client = new ResultClient(deps.server);
    this.#worker = new Worker<SenderJob>(SENDER_QUEUE, ({ data }) => this.#process(data), {
      connection: deps.redis,
      prefix: queuePrefix(deps.prefix),
      concurrency: CONCURRENCY,
    });
    // Without a listener an error of the worker's own would end the process.
    this.#worker.on('error', (error) => deps.logger.debug({ err: error }, 'sender worker'));
    this.#worker.on('failed', (job, error) => {
      if (job === undefined || job.attemptsMade < (job.opts.attempts ?? 1)) return;
      deps.logger.warn({ id: job.data.id, err: error }, 'the mechanism of a swap pair stays unknown');
    });
  }

  async close(): Promise<void> {
    await this.#client.close();
    await this.#worker.close();
  }

  async #process({ id, source, target, measuredAt }: SenderJob): Promise<void> {
    const { store, dirty } = this.#deps;
    const trigger = await this.#client.result(`${id}-C`);
    // It never got there, was forgotten, or its kernel does not tell: that is not known, and stays so.
    if (trigger === null || !trigger.tcpInfo) return;
    const neutral = await this.#client.result(`${id}-D`);
    const series = { C: trigger.samples, D: neutral?.samples ?? [] };
    const mechanism: PairMechanism = mechanismOf(series.C, series.D) ?? 'unclear';
    const row = { id, source, target, measuredAt, mechanism, methodVersion: METHOD_VERSION };
    await store.insert([{ ...row, series: JSON.stringify(series) }]);
    await dirty.mark(source, target);
  }
}
