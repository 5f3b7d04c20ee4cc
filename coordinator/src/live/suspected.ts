import type { Redis } from 'ioredis';

/** Where something is suspected. */
export interface SuspectedPlace {
  readonly country: string;
  readonly target: string;
}

/**
 * Places that are suspected now, and since when: probes there are asked for a burst of swap pairs. The judge writes it
 * after each judgement of a target, the scheduler reads it.
 */
export class Suspected {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#key = `${prefix}:suspected`;
  }

  /** Replaces what was said of a target; who stays suspected keeps the beginning. @param at Unix milliseconds */
  async set(target: string, countries: readonly string[], at: number): Promise<void> {
    const known = await this.#redis.hgetall(this.#key);
    const wanted = new Set(countries.map((country) => `${country} ${target}`));
    const gone = Object.keys(known).filter((place) => place.endsWith(` ${target}`) && !wanted.has(place));
    const change = this.#redis.multi();
    for (const place of wanted) change.hsetnx(this.#key, place, at);
    if (gone.length > 0) change.hdel(this.#key, ...gone);
    await change.exec();
  }

  /** Targets suspected in a country, and the beginning of each burst (Unix milliseconds). */
  async in(country: string): Promise<Map<string, number>> {
    const known = await this.#redis.hgetall(this.#key);
    return new Map(
      Object.entries(known)
        .filter(([place]) => place.startsWith(`${country} `))
        .map(([place, at]) => [place.slice(country.length + 1), Number(at)]),
    );
  }
}
