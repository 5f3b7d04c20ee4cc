import type { Redis } from 'ioredis';

export interface Touched {
  readonly source: string;
  readonly target: string;
}

/** What got new rows since it was last judged. */
export class Dirty {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#key = `${prefix}:dirty`;
  }

  async mark(source: string, target: string): Promise<void> {
    await this.#redis.sadd(this.#key, `${source} ${target}`);
  }

  /** Takes everything that is marked. Who takes it and fails marks it again. */
  async take(): Promise<Touched[]> {
    const answers = await this.#redis.multi().smembers(this.#key).del(this.#key).exec();
    const members = (answers?.[0]?.[1] ?? []) as string[];
    return members.map((member) => {
      const [source = '', target = ''] = member.split(' ');
      return { source, target };
    });
  }
}
