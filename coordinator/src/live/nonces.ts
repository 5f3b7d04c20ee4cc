import type { Redis } from 'ioredis';

/** Remembers the nonces of signed requests for as long as their signatures are fresh. */
export class Nonces {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** @returns whether this signer used this nonce for the first time */
  async take(keyId: string, nonce: string, lifetimeS: number): Promise<boolean> {
    const key = `${this.#prefix}:nonce:${keyId}:${nonce}`;
    return (await this.#redis.set(key, 1, 'EX', lifetimeS, 'NX')) === 'OK';
  }
}
