import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { ImportRow } from '../../imports/row.js';
import { ImportAnswer, ImportProgress } from '../../imports/row.js';
import { type Found, nothingYet } from '../backtest/load.js';
import { CommandError, type CoordinatorClient } from '../client.js';
import { countLines, readBatches } from './files.js';
import type { Judgement } from './judgement.js';
import { Patience } from './patience.js';
import type { Progress } from './progress.js';

/** Rows of one request. */
const BATCH_ROWS = 500;
const POLL_MS = 500;
/** Rows that wait in the queue for so long without any of them being stored are not going to be. */
const STUCK_MS = 300_000;
/** Times that everything is sent again before it is given up. */
const MAX_PASSES = 10;

export interface ImporterDeps {
  readonly source: string;
  /** Finds the coordinator; called again after every interruption, because it may come back elsewhere. */
  readonly connect: () => Promise<CoordinatorClient>;
  readonly judgement: Judgement;
  readonly progress: Progress;
  /** How long nobody may answer, milliseconds. */
  readonly patienceMs: number;
  /** Whether incidents in these rows are told to webhooks. */
  readonly notify: boolean;
}

/** What an import came to. */
export interface ImportSummary {
  readonly source: string;
  readonly files: number;
  readonly refusedFiles: Found['refusedFiles'];
  readonly rowsRead: number;
  readonly good: number;
  readonly refused: number;
  readonly refusedByReason: Readonly<Record<string, number>>;
  /** Good rows that this run added; the other good ones were there already. */
  readonly new: number;
  readonly duplicates: number;
  /** Rows of the source that the store has now. */
  readonly stored: number;
  /** Whether they are judged, too; `null` where that could not be seen. */
  readonly judged: boolean | null;
}

/**
 * Sends the rows of a data set to a coordinator and stays until it has them. Whatever is interrupted is repeated: a row
 * has its id from its file, so sending it again changes nothing.
 */
export class Importer {
  readonly #deps: ImporterDeps;
  readonly #patience: Patience;

  constructor(deps: ImporterDeps) {
    this.#deps = deps;
    this.#patience = new Patience({
      limitMs: deps.patienceMs,
      onWait: (why) =>
        deps.progress.say(
          why === null ? 'Going on.' : `${why}\nWaiting for it, and then going on where it was.`,
        ),
    });
  }

  /** @throws CommandError in words for the person at the shell */
  async run(files: readonly string[]): Promise<ImportSummary> {
    const { source, progress, judgement } = this.#deps;
    // Nobody waits for a coordinator that was not there to begin with.
    const client = await this.#deps.connect();
    const before = await client.call('GET', this.#path, ImportProgress);
    const judgedBefore = await judgement.look(client);

    const total = await countLines(files);
    const found = nothingYet();
    let good = 0;
    let after = before;
    for (let pass = 1; ; pass++) {
      const waits = this.#patience.waits;
      progress.begin(pass === 1 ? 'sending' : 'checking', total);
      const sent = await this.#send(files, pass === 1 ? found : nothingYet());
      progress.end();
      if (pass === 1) good = sent.good;
      after = await this.#untilStored(sent.accepted);
      // What was taken before something died is proven to be there by sending it again and hearing that it is.
      const whole = sent.accepted === 0 || after.stored - before.stored >= sent.accepted;
      if (this.#patience.waits === waits && whole) break;
      if (pass === MAX_PASSES) throw new CommandError(`After ${pass} passes some rows are still not stored.`);
      progress.say('It was interrupted: checking that every row is there.');
    }
    const added = Math.max(0, after.stored - before.stored);
    const judged = added === 0 ? true : await this.#judged(judgedBefore);
    const { read, rejected } = found.rows;
    return {
      source,
      files: files.length,
      refusedFiles: found.refusedFiles,
      rowsRead: read,
      good,
      refused: read - good,
      refusedByReason: rejected,
      new: Math.min(added, good),
      duplicates: Math.max(0, good - added),
      stored: after.stored,
      judged,
    };
  }

  get #path(): string {
    return `/v1/imports/${this.#deps.source}`;
  }

  /** One request, repeated until somebody takes it. */
  #call<T>(request: (client: CoordinatorClient) => Promise<T>): Promise<T> {
    return this.#patience.with(async () => request(await this.#deps.connect()));
  }

  async #send(files: readonly string[], found: Found): Promise<{ good: number; accepted: number }> {
    const path = `${this.#path}${this.#deps.notify ? '?notify=true' : ''}`;
    let good = 0;
    let accepted = 0;
    for await (const rows of readBatches(files, BATCH_ROWS, found)) {
      const body = gzipSync(JSON.stringify({ rows } satisfies { rows: ImportRow[] }));
      const answer = await this.#call((client) => client.call('POST', path, ImportAnswer, body));
      good += rows.length - answer.rejected;
      accepted += answer.accepted;
      for (const { outcome, reason = 'refused' } of answer.exceptions) {
        if (outcome === 'rejected') found.rows.rejected[reason] = (found.rows.rejected[reason] ?? 0) + 1;
      }
      this.#deps.progress.update(found.rows.read);
    }
    return { good, accepted };
  }

  /** Waits until nothing of the source is in the queue any more. */
  async #untilStored(accepted: number): Promise<ImportProgress> {
    const { progress } = this.#deps;
    let seen: ImportProgress | undefined;
    let movedAt = performance.now();
    if (accepted > 0) progress.begin('storing', accepted);
    for (;;) {
      const now = await this.#call((client) => client.call('GET', this.#path, ImportProgress));
      if (now.stored !== seen?.stored || now.pending !== seen.pending) movedAt = performance.now();
      seen = now;
      progress.update(Math.max(0, accepted - now.pending));
      if (now.pending === 0) break;
      if (performance.now() - movedAt > STUCK_MS) {
        progress.end();
        throw new CommandError(`${now.pending} rows stay in the queue; the coordinator's log says why.`);
      }
      await sleep(POLL_MS);
    }
    progress.end();
    return seen;
  }

  /** Waits until the judge has seen what was added. */
  async #judged(before: string | null): Promise<boolean | null> {
    this.#deps.progress.say('Stored. Waiting for the judgement.');
    return this.#deps.judgement.wait(before, (request) => this.#call(request));
  }
}
