import { ulid } from 'ulid';
import type { IngestQueue } from '../ingest/queue.js';
import type { ImportJobs } from '../live/import-jobs.js';
import type { ImportNotify } from '../live/import-notify.js';
import { ProblemError } from '../problems/problem.js';
import { type ImportAnswer, ImportBatch, type ImportProgress, ImportRow } from './row.js';

/** Source of what our own probes measure; no import may pretend to be it. */
const OWN_SOURCE = 'network';
/** Nobody measured throttling before. */
const EARLIEST = Date.parse('2000-01-01T00:00:00Z');

/** What an import needs of the store. */
export interface ImportStore {
  storedIds(ids: string[], source: string): Promise<Set<string>>;
  /** Rows of a source. */
  count(source: string): Promise<number>;
}

/** A batch of rows as it came. */
export interface ReceivedBatch {
  /** The bytes; `gzip` says whether they are compressed. */
  readonly raw: Buffer;
  readonly gzip: boolean;
  /** The same, parsed. */
  readonly body: unknown;
  /** Whether webhooks are told of incidents in this source. */
  readonly notify: boolean;
}

export interface ImportIntakeDeps {
  readonly queue: IngestQueue;
  readonly jobs: ImportJobs;
  readonly notify: ImportNotify;
  readonly store: ImportStore;
  readonly now: () => number;
}

/** Takes batches of imported rows through the same queue as the probes' results. */
export class ImportIntake {
  readonly #deps: ImportIntakeDeps;

  constructor(deps: ImportIntakeDeps) {
    this.#deps = deps;
  }

  /** @throws ProblemError */
  async take(source: string, batch: ReceivedBatch): Promise<ImportAnswer> {
    const { raw, gzip, body, notify } = batch;
    if (source === OWN_SOURCE) throw new ProblemError('reserved-source');
    const { rows } = this.#envelope(body);
    // Before the rows: whoever judges them must know.
    await this.#deps.notify.set(source, notify);
    const exceptions: ImportAnswer['exceptions'] = [];
    const byId = new Map<string, number>();
    rows.forEach((item, index) => {
      const parsed = ImportRow.safeParse(item);
      const reason = parsed.success ? this.#implausible(parsed.data) : explain(parsed.error.issues[0]);
      if (reason) exceptions.push({ index, outcome: 'rejected', reason });
      else if (parsed.success && byId.has(parsed.data.id)) exceptions.push({ index, outcome: 'duplicate' });
      else if (parsed.success) byId.set(parsed.data.id, index);
    });
    const stored = await this.#deps.store.storedIds([...byId.keys()], source);
    for (const id of stored) {
      const index = byId.get(id);
      if (index !== undefined) exceptions.push({ index, outcome: 'duplicate' });
      byId.delete(id);
    }
    if (byId.size > 0) await this.#queue(source, raw, gzip, [...byId.values()]);
    const rejected = exceptions.filter(({ outcome }) => outcome === 'rejected').length;
    exceptions.sort((a, b) => a.index - b.index);
    return { accepted: byId.size, duplicate: exceptions.length - rejected, rejected, exceptions };
  }

  /** How many rows are stored, and how many still on their way. */
  async progress(source: string): Promise<ImportProgress> {
    const { jobs, queue, store } = this.#deps;
    // The queue first: a row on its way into the store is then counted at least once.
    let pending = 0;
    const gone: string[] = [];
    for (const [job, rows] of await jobs.list(source)) {
      if (await queue.has(job)) pending += rows;
      else gone.push(job);
    }
    await jobs.end(source, gone);
    return { source, stored: await store.count(source), pending };
  }

  async #queue(source: string, raw: Buffer, gzip: boolean, take: number[]): Promise<void> {
    const { queue, jobs, now } = this.#deps;
    const receivedAt = now();
    const id = ulid(receivedAt);
    await jobs.begin(source, id, take.length);
    await queue.add(id, { kind: 'import', source, receivedAt, body: raw.toString('base64'), gzip, take });
  }

  #envelope(body: unknown): ImportBatch {
    const parsed = ImportBatch.safeParse(body);
    if (parsed.success) return parsed.data;
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: `/${path.join('/')}`, message }));
    throw new ProblemError('invalid-submission', {
      detail: 'An import batch is {rows: [...]}. See errors.',
      errors,
    });
  }

  #implausible(row: ImportRow): string | undefined {
    const at = Date.parse(row.measuredAt);
    if (at < EARLIEST) return 'measuredAt is before the year 2000';
    if (at > this.#deps.now() + 86_400_000) return 'measuredAt is in the future';
    return undefined;
  }
}

function explain(issue: { path: PropertyKey[]; message: string } | undefined): string {
  return `${issue?.path.join('.') || 'the row'}: ${issue?.message ?? 'not valid'}`;
}
