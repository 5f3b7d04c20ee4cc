import type { Redis } from 'ioredis';

/** When each (kind, target) of a probe is to be drawn next. */
export class Due {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** @returns Unix milliseconds by `kind:target` */
  async of(probe: string): Promise<Map<string, number>> {
    const fields = await this.#redis.hgetall(this.#key(probe));
    return new Map(Object.entries(fields).map(([name, at]) => [name, Number(at)]));
  }

  async set(probe: string, next: ReadonlyMap<string, number>): Promise<void> {
    if (next.size === 0) return;
    const key = this.#key(probe);
    await this.#redis
      .multi()
      .hset(key, Object.fromEntries(next))
      .expire(key, 30 * 86_400)
      .exec();
  }

  #key(probe: string): string {
    return `${this.#prefix}:due:${probe}`;
  }
}
