import { setTimeout as sleep } from 'node:timers/promises';
import { Cell, pageOf } from '@brakelight/shared';
import { CommandError, type CoordinatorClient, TryLater } from '../client.js';

const POLL_MS = 1_000;
/** Longest wait for a judge. */
const LIMIT_MS = 120_000;
/** Cells that stay as they are for so long, after having changed, are judged for good. */
const QUIET_MS = 20_000;

type Call = <T>(request: (client: CoordinatorClient) => Promise<T>) => Promise<T>;

/** When the cells of a source were judged, as far as it shows from outside. */
export class Judgement {
  readonly #source: string;
  readonly #now: () => number;

  /** @param now wall clock, Unix milliseconds */
  constructor(source: string, now: () => number) {
    this.#source = source;
    this.#now = now;
  }

  /** Latest `judgedAt` of the source's cells; empty where there are none, `null` where they cannot be asked for. */
  async look(client: CoordinatorClient): Promise<string | null> {
    try {
      const path = `/v1/cells?source=${this.#source}&limit=1000`;
      const { data } = await client.call('GET', path, pageOf(Cell));
      return (
        data
          .map(({ judgedAt }) => judgedAt)
          .sort()
          .at(-1) ?? ''
      );
    } catch (error) {
      if (error instanceof CommandError && !(error instanceof TryLater)) return null;
      throw error;
    }
  }

  /**
   * Waits for a judgement that has seen everything stored by now.
   * @param before what {@link look} said before anything was sent
   * @returns `null` where none was seen
   */
  async wait(before: string | null, call: Call): Promise<true | null> {
    const storedAt = new Date(this.#now()).toISOString();
    const begun = performance.now();
    let seen = before;
    let changedAt = begun;
    for (;;) {
      const latest = await call((client) => this.look(client));
      if (latest === null) return null;
      if (latest >= storedAt) return true;
      if (latest !== seen) changedAt = performance.now();
      seen = latest;
      // Where the two clocks disagree.
      if (seen !== before && performance.now() - changedAt > QUIET_MS) return true;
      if (performance.now() - begun > LIMIT_MS) return null;
      await sleep(POLL_MS);
    }
  }
}
