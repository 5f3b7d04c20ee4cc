import type { Redis } from 'ioredis';

/** A row that waits longer than this is asked for again by its probe; storing it twice is harmless. */
const PENDING_S = 86_400;
/** How long a stored row is remembered, so that a repetition is answered as one. */
const STORED_S = 900;

/** Ids of rows that are in the queue, or went through it a moment ago. The store knows all the others. */
export class Taken {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** To be called once the queue has them. */
  async queued(ids: readonly string[]): Promise<void> {
    // NX: where the worker was faster, "stored" stays.
    await this.#setAll(ids, 'pending', PENDING_S, true);
  }

  /** To be called once the store has them. */
  async stored(ids: readonly string[]): Promise<void> {
    await this.#setAll(ids, 'stored', STORED_S, false);
  }

  /** @returns what is known of each id, in order */
  async states(ids: readonly string[]): Promise<('pending' | 'stored' | undefined)[]> {
    if (ids.length === 0) return [];
    const values = await this.#redis.mget(ids.map((id) => this.#key(id)));
    return values.map((value) => (value === 'pending' || value === 'stored' ? value : undefined));
  }

  async #setAll(ids: readonly string[], state: string, seconds: number, onlyNew: boolean): Promise<void> {
    if (ids.length === 0) return;
    const change = this.#redis.pipeline();
    for (const id of ids) {
      if (onlyNew) change.set(this.#key(id), state, 'EX', seconds, 'NX');
      else change.set(this.#key(id), state, 'EX', seconds);
    }
    for (const [error] of (await change.exec()) ?? []) if (error) throw error;
  }

  #key(id: string): string {
    return `${this.#prefix}:taken:${id}`;
  }
}
