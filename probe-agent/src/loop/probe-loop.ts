import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressFamily, Catalogue, DrawnTest, TestKind, TestResult } from '@brakelight/shared';
import { type Budget, worstCaseBytes } from '../budget/budget.js';
import { consentedKinds, outdatedKinds } from '../consent/consents.js';
import { tellConsents } from '../consent/tell.js';
import { backoffMs } from '../coordinator/backoff.js';
import type { Coordinator } from '../coordinator/coordinator.js';
import { ContactError } from '../coordinator/errors.js';
import type { Measure } from '../measure/measure.js';
import type { AddressPolicy } from '../net/addresses.js';
import type { Delivery } from '../spool/delivery.js';
import type { Spool } from '../spool/spool.js';
import type { Home } from '../state/home.js';
import type { Lock } from '../state/lock.js';
import { AGENT_VERSION } from '../version.js';
import { refusal, TEST_LIFETIME_MS } from '../work/guard.js';
import type { TestsInHand } from '../work/in-hand.js';
import type { TargetList } from '../work/target-list.js';
import type { AgentEvent, AgentLogger } from './events.js';
import { type NotMeasuring, whyNotMeasuring } from './readiness.js';
import type { StatusBoard } from './status-board.js';
import { unmeasured } from './unmeasured.js';

/** Longest sleep: a pause, a consent taken back or a leave is noticed within it. */
const LONGEST_SLEEP_MS = 5_000;
/** Shortest: whatever goes wrong, the loop does not spin. */
const SHORTEST_SLEEP_MS = 50;
/** Results of a long round do not wait for its end. */
const DELIVER_EVERY_MS = 5_000;
/** How long `once` waits for its results to be stored. */
const ONCE_DELIVERY_MS = 60_000;

export interface LoopParts {
  readonly home: Home;
  readonly lock: Lock;
  readonly coordinator: Coordinator;
  readonly spool: Spool;
  readonly spoolMaxBytes: number;
  readonly inHand: TestsInHand;
  readonly targets: TargetList;
  readonly delivery: Delivery;
  readonly budget: Budget;
  readonly board: StatusBoard;
  readonly addresses: AddressPolicy;
  /** In which this machine reaches the Internet now: a laptop moves. */
  readonly families: () => Promise<AddressFamily[]>;
  readonly measure: Measure;
  readonly methodVersion: string;
  readonly logger: AgentLogger;
  readonly now: () => number;
  readonly random: () => number;
  readonly onEvent: (event: AgentEvent) => void;
}

/** What all tests of one answer share. */
interface Drawing {
  /** By the coordinator's clock, and by ours. */
  readonly issuedAt: string;
  readonly fetchedAt: number;
  readonly list: Catalogue | undefined;
}

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
  #failures = 0;
  #pollAfterMs = 0;
  #nextPollAt: number;
  #obstacleCode: NotMeasuring['code'] | undefined;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    const planned = Date.parse(parts.board.current.nextPollAt ?? '');
    // A restart does not ask for work ahead of time; a plan from a clock gone wrong is not kept.
    const ahead = planned - parts.now();
    this.#nextPollAt = ahead > 0 && ahead <= 86_400_000 ? planned : 0;
    this.#pollAfterMs = this.#nextPollAt > 0 ? ahead : 0;
  }

  /**
   * Until the signal, or until this probe has left, or another agent took the directory.
   * @throws ContactError when the coordinator does not know this probe any more
   */
  async run(signal: AbortSignal): Promise<RunEnd> {
    await this.#accountForLost();
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
    await this.#accountForLost();
    const notMeasuring = await this.#obstacle();
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

  /** Tests that died with the process before this one: before anything is sent, and taken off the spool. */
  async #accountForLost(): Promise<void> {
    const { inHand, spool, now, methodVersion } = this.#parts;
    for (const test of await inHand.leftOver())
      await spool.add(unmeasured(test, 'shutdown', iso(now()), methodVersion));
    await inHand.clear();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { board, now } = this.#parts;
    const failure = board.current.failure;
    if (failure && now() < Date.parse(failure.retryAt)) return;
    const obstacle = await this.#obstacle();
    this.#show(obstacle);
    if (obstacle?.code === 'paused') return;
    try {
      await tellConsents(this.#parts.home, this.#parts.coordinator, signal);
      if (this.#deliveryDue()) {
        await this.#parts.delivery.round(signal);
        await this.#answered();
      }
      if (this.#mayPoll() && now() >= this.#nextPollAt) {
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

  /** Asks for work and runs it; every drawn test gets a result, if only one that says why there is none. */
  async #pollAndMeasure(signal: AbortSignal): Promise<TestResult[]> {
    const { coordinator, budget, board, now } = this.#parts;
    const kinds = await this.#kinds();
    const request = { agentVersion: AGENT_VERSION, methodVersion: this.#parts.methodVersion, kinds };
    const families = await this.#parts.families();
    const work = await coordinator.work({ ...request, budgetLeftBytes: budget.left(), families }, signal);
    this.#pollAfterMs = work.pollAfterMs;
    this.#nextPollAt = now() + work.pollAfterMs;
    const nextPollAt = iso(this.#nextPollAt);
    await board.set({ nextPollAt });
    await this.#answered();
    this.#parts.onEvent({ event: 'polled', tests: work.tests.length, nextPollAt });

    await this.#parts.inHand.take(work.tests);
    const list =
      work.tests.length > 0 ? await this.#parts.targets.of(work.catalogueVersion, signal) : undefined;
    const fetchedAt = now();
    let deliveredAt = fetchedAt;
    const results: TestResult[] = [];
    for (const test of work.tests) {
      if (this.#parts.spool.has(test.id)) continue;
      const result = await this.#one(test, { issuedAt: work.issuedAt, fetchedAt, list }, signal);
      if (result === 'broken') continue;
      if (result === 'left') break;
      await this.#parts.spool.add(result);
      this.#parts.inHand.done(test.id);
      results.push(result);
      this.#parts.onEvent({ event: 'measured', result });
      if (now() - deliveredAt >= DELIVER_EVERY_MS && !signal.aborted) {
        deliveredAt = now();
        await this.#deliverMeanwhile(signal);
      }
    }
    await this.#parts.inHand.clear();
    await board.set({ measuring: null });
    return results;
  }

  /** Between two tests; a coordinator in trouble does not keep us from measuring on. */
  async #deliverMeanwhile(signal: AbortSignal): Promise<void> {
    await this.#parts.inHand.save();
    try {
      await this.#parts.delivery.round(signal);
    } catch (error) {
      if (!signal.aborted && !(error instanceof ContactError)) throw error;
    }
  }

  /** @returns `left` when this probe has left: then nothing may be kept; `broken` when our own code failed */
  async #one(
    test: DrawnTest,
    { issuedAt, fetchedAt, list }: Drawing,
    signal: AbortSignal,
  ): Promise<TestResult | 'left' | 'broken'> {
    const { budget, home, board, measure, logger, now } = this.#parts;
    if ((await home.membership.read()) === undefined) return 'left';
    const skip = (reason: Parameters<typeof unmeasured>[1]) =>
      unmeasured(test, reason, iso(now()), this.#parts.methodVersion);

    if (signal.aborted) return skip('shutdown');
    if (now() - fetchedAt > TEST_LIFETIME_MS) return skip('suspended');
    if ((await this.#obstacle())?.code === 'paused') return skip('shutdown');
    const { addresses } = this.#parts;
    const why = refusal(test, { kinds: await this.#kinds(), addresses, list, issuedAt });
    if (why) {
      logger.warn({ id: test.id, target: test.target, why }, 'refused a drawn test');
      this.#parts.onEvent({ event: 'refused', id: test.id, target: test.target, reason: why });
      return skip('forbidden-target');
    }
    const bytes = worstCaseBytes(test);
    const limit = budget.obstacle(bytes);
    if (limit) {
      logger.info({ id: test.id, target: test.target, bytes, limit }, 'the budget has no room for a test');
      return skip('budget');
    }
    await board.set({ measuring: test.target });
    const reservation = await budget.reserve(bytes);
    try {
      const result = await measure(test, { budget: reservation, signal });
      return (await home.membership.read()) === undefined ? 'left' : result;
    } catch (error) {
      logger.error({ err: error, id: test.id, target: test.target }, 'a measurement broke; it has no result');
      return 'broken';
    } finally {
      await reservation.settle();
    }
  }

  async #kinds(): Promise<TestKind[]> {
    return consentedKinds((await this.#parts.home.consents.read())?.consents ?? []);
  }

  async #obstacle(): Promise<NotMeasuring | undefined> {
    const { home, budget, spool, board, now } = this.#parts;
    const consents = (await home.consents.read())?.consents ?? [];
    return whyNotMeasuring({
      now: now(),
      joined: true,
      kinds: consentedKinds(consents),
      outdated: outdatedKinds(consents),
      pause: await home.pause.read(),
      used: budget.used(),
      limits: budget.limits,
      leftNow: budget.left(),
      spoolBytes: spool.bytes,
      spoolMaxBytes: this.#parts.spoolMaxBytes,
      failure: board.current.failure,
      running: true,
    });
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
    // A clock that was set back must not put the next poll years away.
    this.#nextPollAt = Math.min(this.#nextPollAt, now() + this.#pollAfterMs);
    const failure = board.current.failure;
    const deliver =
      this.#obstacleCode === 'paused'
        ? Number.POSITIVE_INFINITY
        : (delivery.dueAt ?? Number.POSITIVE_INFINITY);
    const poll = this.#mayPoll() ? this.#nextPollAt : Number.POSITIVE_INFINITY;
    const next = failure ? Date.parse(failure.retryAt) : Math.min(poll, deliver);
    return Math.min(LONGEST_SLEEP_MS, Math.max(SHORTEST_SLEEP_MS, next - now()));
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
