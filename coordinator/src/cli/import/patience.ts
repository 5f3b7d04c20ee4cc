import { setTimeout as sleep } from 'node:timers/promises';
import { TryLater } from '../client.js';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;
/** More than a coordinator asks for. */
const MAX_RETRY_AFTER_MS = 60_000;

export interface PatienceDeps {
  /** How long nobody may answer before it is given up, milliseconds. */
  readonly limitMs: number;
  /** Hears why it waits, and `null` when that is over. */
  readonly onWait: (why: string | null) => void;
}

/** Repeats what failed because the coordinator or an engine of its is away: restarts end, and repeating is harmless. */
export class Patience {
  readonly #deps: PatienceDeps;
  #waits = 0;

  constructor(deps: PatienceDeps) {
    this.#deps = deps;
  }

  /** How often it had to wait. */
  get waits(): number {
    return this.#waits;
  }

  /** @throws TryLater when nobody answered for too long, and whatever else `task` throws */
  async with<T>(task: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await task();
        if (attempt > 0) this.#deps.onWait(null);
        return result;
      } catch (error) {
        if (!(error instanceof TryLater)) throw error;
        if (performance.now() - begun > this.#deps.limitMs) throw error;
        this.#waits += 1;
        if (attempt === 0) this.#deps.onWait(error.message);
        await sleep(pauseMs(attempt, error.retryAfterMs));
      }
    }
  }
}

/** Doubling with jitter, or what the coordinator asks for. */
function pauseMs(attempt: number, retryAfterMs: number | undefined): number {
  if (retryAfterMs !== undefined) return Math.min(Math.max(retryAfterMs, FIRST_PAUSE_MS), MAX_RETRY_AFTER_MS);
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempt, MAX_PAUSE_MS);
  return pause * (0.75 + Math.random() / 2);
}
