import type { Catalogue, DrawnTest } from '@brakelight/shared';
import { ContactError } from '../coordinator/errors.js';
import type { AgentLogger } from '../loop/events.js';
import type { Document } from '../state/document.js';

/**
 * What the coordinator says, signed and to everybody, that it measures. A probe goes nowhere else: a coordinator that
 * wants one volunteer's line for something of its own would have to say so in public.
 */
export class TargetList {
  readonly #file: Document<Catalogue>;
  readonly #fetch: (signal?: AbortSignal) => Promise<Catalogue>;
  readonly #logger: AgentLogger;

  constructor(
    file: Document<Catalogue>,
    fetch: (signal?: AbortSignal) => Promise<Catalogue>,
    logger: AgentLogger,
  ) {
    this.#file = file;
    this.#fetch = fetch;
    this.#logger = logger;
  }

  /** The list of this version; the one we have where a newer one cannot be had, `undefined` where there is none. */
  async of(version: string, signal?: AbortSignal): Promise<Catalogue | undefined> {
    const kept = await this.#file.read().catch(() => undefined);
    if (kept?.version === version) return kept;
    try {
      const fetched = await this.#fetch(signal);
      await this.#file.write(fetched);
      return fetched;
    } catch (error) {
      if (!(error instanceof ContactError)) throw error;
      this.#logger.warn({ err: error, version }, 'the list of targets could not be had');
      return kept;
    }
  }
}

/** Why a drawn test is not of this list; `undefined` when it is. */
export function unlisted(test: DrawnTest, list: Catalogue | undefined): string | undefined {
  if (list === undefined) return 'the list of what this coordinator measures could not be had';
  const target = list.targets.find(({ id }) => id === test.target);
  if (target === undefined) return `${test.target} is not on the public list (${list.version})`;
  for (const { arm, url } of test.arms) {
    const listed =
      arm === 'A'
        ? target.objects.some((object) => object.url === url)
        : arm === 'B'
          ? list.controls.some(({ id, object }) => id === test.control && object.url === url)
          : // The neutral name of arm D is made up; it goes to the pinned server like that of arm C.
            arm === 'D' || target.hosts.includes(new URL(url).hostname);
    if (!listed) return `arm ${arm}: ${url} is not on the public list (${list.version})`;
  }
  return undefined;
}
