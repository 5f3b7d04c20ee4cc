import type { Redis } from 'ioredis';

/** Imported sources whose incidents are told to webhooks: what was asked for with their last batch. */
export class ImportNotify {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#key = `${prefix}:import-notify`;
  }

  async set(source: string, notify: boolean): Promise<void> {
    if (notify) await this.#redis.sadd(this.#key, source);
    else await this.#redis.srem(this.#key, source);
  }

  /** What `Alerts.publish` is to be told of the source. */
  async wants(source: string): Promise<boolean> {
    return (await this.#redis.sismember(this.#key, source)) === 1;
  }
}
