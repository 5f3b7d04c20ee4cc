import { gunzipSync } from 'node:zlib';
import { Submission, type TestResult } from '@brakelight/shared';
import { type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { importMeasurement } from '../imports/import-measurement.js';
import { ImportBatch, type ImportRow } from '../imports/row.js';
import type { Dirty } from '../live/dirty.js';
import type { ImportJobs } from '../live/import-jobs.js';
import { queuePrefix } from '../live/keys.js';
import type { Taken } from '../live/taken.js';
import type { Logger } from '../logging.js';
import type { Network } from '../network/network.js';
import { isEngineAway } from '../problems/engine-away.js';
import type { MeasurementRow } from '../store/rows.js';
import type { Tickets } from '../work/ticket.js';
import { Batcher } from './batcher.js';
import { type ImportJob, type IngestJob, type ProbeJob, SUBMISSIONS_QUEUE } from './job.js';
import { IMPORT_LIMITS } from './limits.js';
import { toMeasurementRow } from './measurement-row.js';
import type { IngestMetrics } from './metrics.js';

/** Jobs whose rows may gather for one insert. */
const CONCURRENCY = 64;
const MAX_BATCH_ROWS = 10_000;
const LINGER_MS = 10;
/** A worker that dies leaves its jobs to the next one after at most LOCK + CHECK. */
const LOCK_MS = 15_000;
const STALLED_CHECK_MS = 5_000;
/** How often a job may be left behind by a dying worker: as often as it takes. */
const MAX_STALLED = 1_000;
/** Longest pause between two tries to reach a store that is away. */
const MAX_PAUSE_MS = 5_000;

export interface IngestWorkerDeps {
  /** A connection that waits for Redis, see `connectForWorkers`. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly store: { insert(rows: MeasurementRow[]): Promise<{ inserted: number; duplicates: number }> };
  readonly tickets: Tickets;
  readonly network: Network;
  readonly taken: Taken;
  readonly dirty: Dirty;
  /** Whom to tell of rows that are stored; it may hear of them twice. */
  readonly senders: { ask(rows: readonly MeasurementRow[]): Promise<void> } | undefined;
  readonly importJobs: ImportJobs;
  readonly metrics: IngestMetrics;
  readonly logger: Logger;
}

/**
 * Moves jobs from the queue to the store, many jobs in one insert. A job completes only after the store has its rows;
 * everything here may happen twice without a trace.
 */
export class IngestWorker {
  readonly #deps: IngestWorkerDeps;
  readonly #worker: Worker<IngestJob>;
  readonly #batcher: Batcher<MeasurementRow>;
  readonly #closing = new AbortController();

  constructor(deps: IngestWorkerDeps) {
    this.#deps = deps;
    this.#batcher = new Batcher({
      write: (rows) => this.#write([...rows]),
      maxItems: MAX_BATCH_ROWS,
      lingerMs: LINGER_MS,
    });
    this.#worker = new Worker<IngestJob>(SUBMISSIONS_QUEUE, (job) => this.#process(job), {
      connection: deps.redis,
      prefix: queuePrefix(deps.prefix),
      concurrency: CONCURRENCY,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: MAX_STALLED,
    });
    // Without a listener an error of the worker's own would end the process.
    this.#worker.on('error', (error) => deps.logger.debug({ err: error }, 'ingest worker'));
    this.#worker.on('failed', (job, error) =>
      deps.logger.error(
        { jobId: job?.id, attempts: job?.attemptsMade, err: error },
        'a submission could not be stored',
      ),
    );
  }

  /**
   * Takes no more jobs and lets those at hand finish. What is not done by the deadline stays in the queue and is done
   * by the next worker.
   */
  async close(deadlineMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), deadlineMs);
    });
    // BullMQ's own `close` has no deadline, and cannot be called a second time with force.
    const idle = this.#worker.pause().then(() => 'idle' as const);
    const how = await Promise.race([idle, deadline]);
    clearTimeout(timer);
    this.#closing.abort();
    if (how === 'late')
      this.#deps.logger.warn('the ingest worker did not finish in time; its jobs stay queued');
    await this.#worker.close(how === 'late');
  }

  async #process(job: Job<IngestJob>): Promise<void> {
    const { data } = job;
    await this.#batcher.add(data.kind === 'probe' ? this.#probeRows(data) : this.#importRows(data));
    if (data.kind === 'import' && job.id) await this.#deps.importJobs.end(data.source, [job.id]);
  }

  #probeRows(job: ProbeJob): MeasurementRow[] {
    // Every item that is taken was validated before the job was made.
    const { results } = Submission.parse(unpack(job));
    return job.take.map((index) => {
      const result = results[index] as TestResult;
      const drawn = this.#deps.tickets.read(result.ticket, { ...result, probeId: job.probe });
      if (!drawn)
        throw new Error(`item ${index} has a ticket that is not ours: was the ticket key replaced?`);
      return toMeasurementRow(result, drawn, job);
    });
  }

  #importRows(job: ImportJob): MeasurementRow[] {
    const { rows } = ImportBatch.parse(unpack(job));
    return job.take.map((index) => {
      const row = rows[index] as ImportRow;
      const subnet = this.#deps.network.hashForeign(job.source, row.subnet);
      return importMeasurement(row, job.source, subnet, job.receivedAt);
    });
  }

  async #write(rows: MeasurementRow[]): Promise<void> {
    const { taken, dirty, senders, metrics } = this.#deps;
    const begun = performance.now();
    await this.#insert(rows);
    metrics.insertSeconds.observe((performance.now() - begun) / 1000);
    metrics.insertRows.observe(rows.length);
    const touched = new Map(rows.map((row) => [`${row.source} ${row.target}`, row]));
    // Also where every row was there already: whoever inserted them may have died before this line.
    for (const row of touched.values()) await dirty.mark(row.source, row.target);
    await senders?.ask(rows);
    await taken.stored(rows.filter((row) => row.source === 'network').map((row) => row.id));
    for (const row of rows) metrics.stored.inc({ source: row.source });
  }

  /** Waits for a store that is away: that is nobody's fault, and no job's try is spent on it. */
  async #insert(rows: MeasurementRow[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#deps.store.insert(rows);
        return;
      } catch (error) {
        if (!isEngineAway(error) || this.#closing.signal.aborted) throw error;
        if (attempt === 0)
          this.#deps.logger.warn({ err: error }, 'the store does not answer; waiting for it');
        await new Promise((resolve) => setTimeout(resolve, Math.min(100 * 2 ** attempt, MAX_PAUSE_MS)));
      }
    }
  }
}

function unpack(job: IngestJob): unknown {
  const body = Buffer.from(job.body, 'base64');
  const text = job.gzip ? gunzipSync(body, { maxOutputLength: IMPORT_LIMITS.decompressed }) : body;
  // Like the framework's parser at the door this drops a byte order mark: what was accepted there can be read here.
  return JSON.parse(new TextDecoder().decode(text));
}
