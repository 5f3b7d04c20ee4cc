import { setTimeout as sleep } from 'node:timers/promises';
import type { TestResult } from '@brakelight/shared';
import { tellConsents } from '../consent/tell.js';
import { backoffMs } from '../coordinator/backoff.js';
import { ContactError } from '../coordinator/errors.js';
import type { LoopParts } from './loop-parts.js';
import { obstacleOf } from './obstacle.js';
import { PollPlan } from './poll-plan.js';
import type { NotMeasuring } from './readiness.js';
import { TestRounds } from './test-rounds.js';

/** Longest sleep: a pause, a consent taken back or a leave is noticed within it. */
const LONGEST_SLEEP_MS = 5_000;
/** Shortest: whatever goes wrong, the loop does not spin. */
const SHORTEST_SLEEP_MS = 50;
/** How long `once` waits for its results to be stored. */
const ONCE_DELIVERY_MS = 60_000;

/** Why {@link ProbeLoop.run} came back. */
export type RunEnd = 'stopped' | 'left' | 'displaced';

/** What {@link ProbeLoop.once} did. */
export interface OnceSummary {
  readonly notMeasuring: NotMeasuring | undefined;
  readonly results: readonly TestResult[];
  /** Ids that the coordinator says are stored; the rest waits in the spool. */
  readonly stored: readonly string[];
  readonly nextPollAt: string | null;
}

/**
 * The probe's life: ask for work, measure one test at a time, spool, deliver, wait. One thing at a time, so that no
 * talk with the coordinator disturbs a measurement.
 */
export class ProbeLoop {
  readonly #parts: LoopParts;
  readonly #rounds: TestRounds;
  readonly #plan: PollPlan;
  #failures = 0;
  #obstacleCode: NotMeasuring['code'] | undefined;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#rounds = new TestRounds(parts);
    this.#plan = new PollPlan(parts.board.current.nextPollAt, parts.now());
  }

  /**
   * Until the signal, or until this probe has left, or another agent took the directory.
   * @throws ContactError when the coordinator does not know this probe any more
   */
  async run(signal: AbortSignal): Promise<RunEnd> {
    await this.#rounds.accountForLost();
    while (!signal.aborted) {
      if (!(await this.#parts.lock.held())) return 'displaced';
      if ((await this.#parts.home.membership.read()) === undefined) return 'left';
      try {
        await this.#turn(signal);
      } catch (error) {
        // The person left while we were at work: what broke under our feet is no failure.
        if ((await this.#parts.home.membership.read()) === undefined) return 'left';
        throw error;
      }
      await sleep(await this.#untilNextTurn(), undefined, { signal }).catch(() => {});
    }
    return 'stopped';
  }

  /** One round at once, whatever was planned. @throws ContactError when the coordinator cannot be asked */
  async once(signal: AbortSignal): Promise<OnceSummary> {
    await this.#rounds.accountForLost();
    const notMeasuring = await obstacleOf(this.#parts);
    const before = new Set<string>();
    let results: readonly TestResult[] = [];
    if (!notMeasuring) {
      await tellConsents(this.#parts.home, this.#parts.coordinator, signal);
      results = await this.#pollAndMeasure(signal);
      for (const { id } of results) before.add(id);
      const deadline = this.#parts.now() + ONCE_DELIVERY_MS;
      while (!signal.aborted && this.#parts.spool.size > 0 && this.#parts.now() < deadline) {
        await this.#parts.delivery.round(signal);
        const wait = (this.#parts.delivery.dueAt ?? 0) - this.#parts.now();
        if (this.#parts.spool.size > 0)
          await sleep(Math.max(SHORTEST_SLEEP_MS, wait), undefined, { signal }).catch(() => {});
      }
    }
    return {
      notMeasuring,
      results,
      stored: [...before].filter((id) => !this.#parts.spool.has(id)),
      nextPollAt: this.#parts.board.current.nextPollAt,
    };
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { board, now } = this.#parts;
    const failure = board.current.failure;
    if (failure && now() < Date.parse(failure.retryAt)) return;
    const obstacle = await obstacleOf(this.#parts);
    this.#show(obstacle);
    if (obstacle?.code === 'paused') return;
    try {
      await tellConsents(this.#parts.home, this.#parts.coordinator, signal);
      if (this.#deliveryDue()) {
        await this.#parts.delivery.round(signal);
        await this.#answered();
      }
      if (this.#mayPoll() && now() >= this.#plan.at(now())) {
        await this.#pollAndMeasure(signal);
        await this.#parts.delivery.round(signal);
        await this.#answered();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ContactError)) throw error;
      await this.#failed(error);
    }
  }

  /** Nothing is in the way, or only a talk that failed: then the next one shows. */
  #mayPoll(): boolean {
    return this.#obstacleCode === undefined || this.#obstacleCode.startsWith('coordinator-');
  }

  #deliveryDue(): boolean {
    const due = this.#parts.delivery.dueAt;
    return due !== undefined && this.#parts.now() >= due;
  }

  /** Asks for work and runs it. */
  async #pollAndMeasure(signal: AbortSignal): Promise<TestResult[]> {
    const { board, now, onEvent } = this.#parts;
    const work = await this.#rounds.ask(signal);
    this.#plan.set(now(), work.pollAfterMs);
    const nextPollAt = iso(this.#plan.at(now()));
    await board.set({ nextPollAt });
    await this.#answered();
    onEvent({ event: 'polled', tests: work.tests.length, nextPollAt });
    return this.#rounds.run(work, signal);
  }

  /** Says what changed, once. */
  #show(why: NotMeasuring | undefined): void {
    if (why?.code === this.#obstacleCode) return;
    this.#obstacleCode = why?.code;
    this.#parts.onEvent(why ? { event: 'waiting', why } : { event: 'ready' });
  }

  async #answered(): Promise<void> {
    this.#failures = 0;
    await this.#parts.budget.save();
    await this.#parts.board.contact(iso(this.#parts.now()));
  }

  async #failed(error: ContactError): Promise<void> {
    // An unknown probe stays unknown: better to stop and say so than to look healthy and measure nothing.
    if (error.code === 'unknown-probe') throw error;
    this.#failures += 1;
    const { board, logger, now, random } = this.#parts;
    const pause = backoffMs(this.#failures, error.retryAfterMs, random);
    logger.warn({ kind: error.kind, code: error.code, retryInMs: pause }, error.message);
    await this.#parts.budget.save();
    await board.failed(error, iso(now()), iso(now() + pause));
  }

  async #untilNextTurn(): Promise<number> {
    const { board, delivery, now } = this.#parts;
    const failure = board.current.failure;
    const deliver =
      this.#obstacleCode === 'paused'
        ? Number.POSITIVE_INFINITY
        : (delivery.dueAt ?? Number.POSITIVE_INFINITY);
    const poll = this.#mayPoll() ? this.#plan.at(now()) : Number.POSITIVE_INFINITY;
    const next = failure ? Date.parse(failure.retryAt) : Math.min(poll, deliver);
    return Math.min(LONGEST_SLEEP_MS, Math.max(SHORTEST_SLEEP_MS, next - now()));
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
