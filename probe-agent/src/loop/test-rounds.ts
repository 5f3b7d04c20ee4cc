import type { Catalogue, DrawnTest, TestResult, WorkAnswer } from '@brakelight/shared';
import { worstCaseBytes } from '../budget/budget.js';
import { ContactError } from '../coordinator/errors.js';
import { AGENT_VERSION } from '../version.js';
import { refusal, TEST_LIFETIME_MS } from '../work/guard.js';
import type { LoopParts } from './loop-parts.js';
import { kindsNow, obstacleOf } from './obstacle.js';
import { unmeasured } from './unmeasured.js';

/** Results of a long round do not wait for its end. */
const DELIVER_EVERY_MS = 5_000;

/** What all tests of one answer share. */
interface Drawing {
  /** By the coordinator's clock, and by ours. */
  readonly issuedAt: string;
  readonly fetchedAt: number;
  readonly list: Catalogue | undefined;
}

/** Asks for tests and runs them one after another; every drawn test gets a result, if only one that says why there is none. */
export class TestRounds {
  readonly #parts: LoopParts;

  constructor(parts: LoopParts) {
    this.#parts = parts;
  }

  /** Tests that died with the process before this one: before anything is sent, and taken off the spool. */
  async accountForLost(): Promise<void> {
    const { inHand, spool, now, methodVersion } = this.#parts;
    for (const test of await inHand.leftOver())
      await spool.add(unmeasured(test, 'shutdown', iso(now()), methodVersion));
    await inHand.clear();
  }

  /** @throws ContactError when the coordinator cannot be asked */
  async ask(signal: AbortSignal): Promise<WorkAnswer> {
    const { home, coordinator, budget, methodVersion } = this.#parts;
    const kinds = await kindsNow(home);
    const families = await this.#parts.families();
    const request = { agentVersion: AGENT_VERSION, methodVersion, kinds, families };
    return coordinator.work({ ...request, budgetLeftBytes: budget.left() }, signal);
  }

  /** @returns what was measured, or not; all of it is in the spool */
  async run(work: WorkAnswer, signal: AbortSignal): Promise<TestResult[]> {
    const { board, inHand, spool, targets, now, onEvent } = this.#parts;
    await inHand.take(work.tests);
    const list = work.tests.length > 0 ? await targets.of(work.catalogueVersion, signal) : undefined;
    const fetchedAt = now();
    let deliveredAt = fetchedAt;
    const results: TestResult[] = [];
    for (const test of work.tests) {
      if (spool.has(test.id)) continue;
      const result = await this.#one(test, { issuedAt: work.issuedAt, fetchedAt, list }, signal);
      if (result === 'broken') continue;
      if (result === 'left') break;
      await spool.add(result);
      inHand.done(test.id);
      results.push(result);
      onEvent({ event: 'measured', result });
      if (now() - deliveredAt >= DELIVER_EVERY_MS && !signal.aborted) {
        deliveredAt = now();
        await this.#deliverMeanwhile(signal);
      }
    }
    await inHand.clear();
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
    if ((await obstacleOf(this.#parts))?.code === 'paused') return skip('shutdown');
    const { addresses } = this.#parts;
    const why = refusal(test, { kinds: await kindsNow(home), addresses, list, issuedAt });
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
}

const iso = (ms: number) => new Date(ms).toISOString();
