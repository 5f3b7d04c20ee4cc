import { MAX_RESULTS, type TestResult } from '@brakelight/shared';
import type { Coordinator } from '../coordinator/coordinator.js';
import { ContactError } from '../coordinator/errors.js';
import type { Spool, SpoolEntry } from './spool.js';

/** The coordinator takes nothing older. */
const TOO_LATE_MS = 7 * 86_400_000;
/** Pauses between rounds: they grow while nothing is stored. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Most ids in one such question. */
const MAX_IDS = 500;

/** What delivery tells the agent. */
export interface DeliveryEvents {
  stored(entries: readonly SpoolEntry[]): Promise<void>;
  /** Final: it will not be sent again. */
  dropped(id: string, reason: string): Promise<void>;
}

/**
 * Brings the spool to the coordinator. An entry leaves only when the coordinator says that its row is stored, when it
 * says that it will never take it, or when it is too old to be taken. What a crash makes us send twice is one row:
 * ids are idempotent.
 */
export class Delivery {
  readonly #coordinator: Coordinator;
  readonly #spool: Spool;
  readonly #events: DeliveryEvents;
  readonly #now: () => number;
  /** Accepted, not yet known to be stored. */
  readonly #accepted = new Set<string>();
  #batch = MAX_RESULTS;
  #sendAt = 0;
  #confirmAt = 0;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(coordinator: Coordinator, spool: Spool, events: DeliveryEvents, now: () => number) {
    this.#coordinator = coordinator;
    this.#spool = spool;
    this.#events = events;
    this.#now = now;
  }

  /** When there is something to do next (epoch ms); `undefined` when the spool is empty. */
  get dueAt(): number | undefined {
    if (this.#spool.size === 0) return undefined;
    return this.#unsent().length > 0 ? this.#sendAt : this.#confirmAt;
  }

  /** Sends what was not sent, asks about what was. @throws ContactError; what was achieved until then holds */
  async round(signal?: AbortSignal): Promise<void> {
    await this.#dropLate();
    await this.#sendAll(signal);
    if (this.#accepted.size > 0 && this.#now() >= this.#confirmAt) await this.#confirm(signal);
    // What the coordinator passed over, or has forgotten, is not thrown at it in a tight circle.
    if (this.#unsent().length > 0) this.#sendAt = this.#now() + this.#pauseMs;
  }

  #unsent(): SpoolEntry[] {
    return this.#spool.entries().filter((e) => !this.#accepted.has(e.id));
  }

  async #dropLate(): Promise<void> {
    for (const { id, measuredAt } of this.#spool.entries())
      if (this.#now() - Date.parse(measuredAt) > TOO_LATE_MS)
        await this.#drop(id, 'older than 7 days: the coordinator takes no such result');
  }

  async #sendAll(signal?: AbortSignal): Promise<void> {
    const unsent = this.#unsent();
    while (unsent.length > 0) {
      const results: TestResult[] = [];
      for (const { id } of unsent.slice(0, this.#batch)) {
        const result = await this.#spool.read(id);
        if (result) results.push(result);
        else await this.#drop(id, 'the file on disk is gone or damaged');
      }
      if (results.length > 0 && !(await this.#send(results, signal))) continue;
      unsent.splice(0, this.#batch);
    }
  }

  /** @returns `false` when the batch was too large and a smaller one is to be tried */
  async #send(results: readonly TestResult[], signal?: AbortSignal): Promise<boolean> {
    try {
      const answer = await this.#coordinator.submit(results, signal);
      // The oldest sets the time: a probe that measures without a break would else never ask.
      if (this.#accepted.size === 0) this.#confirmAt = this.#now() + this.#pauseMs;
      for (const { index, outcome, reason } of answer.results) {
        const id = results[index]?.id;
        if (id === undefined) continue;
        if (outcome === 'rejected') await this.#drop(id, reason ?? 'rejected without a reason');
        else this.#accepted.add(id);
      }
      return true;
    } catch (error) {
      if (!(error instanceof ContactError) || error.status !== 413) throw error;
      const only = results.length === 1 ? results[0] : undefined;
      if (only) await this.#drop(only.id, 'too large for the coordinator');
      else this.#batch = Math.max(1, Math.floor(results.length / 2));
      return only !== undefined;
    }
  }

  async #confirm(signal?: AbortSignal): Promise<void> {
    let progress = false;
    const ids = [...this.#accepted];
    for (let i = 0; i < ids.length; i += MAX_IDS) {
      const asked = new Set(ids.slice(i, i + MAX_IDS));
      const { results } = await this.#coordinator.status([...asked], signal);
      const stored = results.filter((r) => r.state === 'stored' && asked.has(r.id)).map((r) => r.id);
      // Not known there any more: it is sent again in the next round.
      for (const r of results) if (r.state === 'unknown') this.#accepted.delete(r.id);
      const entries = this.#spool.entries().filter((e) => stored.includes(e.id));
      await this.#spool.remove(stored);
      for (const id of stored) this.#accepted.delete(id);
      if (entries.length > 0) await this.#events.stored(entries);
      progress ||= stored.length > 0;
    }
    this.#pauseMs = progress ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
    this.#confirmAt = this.#now() + this.#pauseMs;
  }

  async #drop(id: string, reason: string): Promise<void> {
    await this.#spool.remove([id]);
    this.#accepted.delete(id);
    await this.#events.dropped(id, reason);
  }
}
