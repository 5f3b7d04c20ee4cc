import type { Redis } from 'ioredis';
import { dayOf } from './keys.js';

/** Tests drawn for a probe and results it returned, over the days that count. */
export interface Returned {
  readonly drawn: number;
  readonly returned: number;
}

/** Days that are looked at: as long as a late upload is taken. */
const DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * Drawn and returned tests of each probe by day of drawing: who returns only what suits them shows (method section 3).
 * Tests of the last drawing are not counted as drawn before the next one: they are still on their way.
 */
export class Counters {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** A drawing of `tests` tests. @param at Unix milliseconds */
  async drew(probe: string, tests: number, at: number): Promise<void> {
    const key = this.#key(probe);
    const open = await this.#redis.hget(key, 'open');
    const [day, count] = (open ?? '').split('=');
    const change = this.#redis.multi();
    if (day && count) change.hincrby(key, `drawn:${day}`, Number(count));
    change.hset(key, 'open', `${dayOf(at)}=${tests}`);
    change.expire(key, 30 * 86_400);
    await change.exec();
  }

  /** Results that came back for the first time, by the moment when each was drawn. */
  async returned(probe: string, drawnAt: readonly number[]): Promise<void> {
    if (drawnAt.length === 0) return;
    const change = this.#redis.multi();
    for (const at of drawnAt) change.hincrby(this.#key(probe), `returned:${dayOf(at)}`, 1);
    change.hincrby(this.#key(probe), 'total', drawnAt.length);
    await change.exec();
  }

  /** @returns sums of the last days, and the results returned since enrolment */
  async of(probe: string, now: number): Promise<Returned & { readonly total: number }> {
    const fields = await this.#redis.hgetall(this.#key(probe));
    const days = Array.from({ length: DAYS }, (_, i) => dayOf(now - i * DAY_MS));
    const sum = (name: string) => days.reduce((n, day) => n + Number(fields[`${name}:${day}`] ?? 0), 0);
    return { drawn: sum('drawn'), returned: sum('returned'), total: Number(fields.total ?? 0) };
  }

  #key(probe: string): string {
    return `${this.#prefix}:counters:${probe}`;
  }
}
