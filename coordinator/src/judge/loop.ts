import type { Logger } from 'pino';
import type { Judge } from './judge.js';

interface Place {
  readonly source: string;
  readonly target: string;
}

export interface JudgeLoopDeps {
  readonly judge: Pick<Judge, 'judge'>;
  readonly dirty: { take(): Promise<Place[]>; mark(source: string, target: string): Promise<void> };
  /** Everything there is to judge. */
  readonly targets: () => Promise<Place[]>;
  /** Our own probes are judged at least once a period: silence, too, is news. */
  readonly periodMs: number;
  /** Between two looks at what is dirty. */
  readonly pauseMs: number;
  readonly logger: Logger;
}

/** Judges what got new rows soon, and all of our own targets once a period. One at a time. */
export class JudgeLoop {
  readonly #deps: JudgeLoopDeps;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #closed = false;
  #allAt = 0;

  constructor(deps: JudgeLoopDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = this.#round();
  }

  /** Waits for the judgement that is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  async #round(): Promise<void> {
    const { dirty, logger, pauseMs } = this.#deps;
    try {
      for (const place of await this.#due()) {
        if (this.#closed) await dirty.mark(place.source, place.target);
        else await this.#judge(place);
      }
    } catch (error) {
      logger.error({ err: error }, 'could not look for what is to be judged');
    }
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#round();
    }, pauseMs);
  }

  async #due(): Promise<Place[]> {
    const { dirty, targets, periodMs } = this.#deps;
    const places = await dirty.take();
    if (performance.now() < this.#allAt) return places;
    this.#allAt = performance.now() + periodMs;
    const rest = (await targets()).filter(
      ({ source, target }) =>
        source === 'network' && !places.some((place) => place.source === source && place.target === target),
    );
    return [...places, ...rest];
  }

  async #judge({ source, target }: Place): Promise<void> {
    const { judge, dirty, logger } = this.#deps;
    try {
      await judge.judge(source, target);
    } catch (error) {
      logger.error({ err: error, source, target }, 'a judgement failed and is repeated');
      await dirty.mark(source, target).catch(() => undefined);
    }
  }
}
