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
 * Tests of the last drawing are not counted as drawn before the next one: they are still on their way. Returned ones are
 * counted by id, in HyperLogLogs (about 1 kB for a day, within 1 %), so that sending one twice counts once.
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

  /** Results that came back; the same ones again change nothing. @param drawnAt Unix milliseconds */
  async returned(
    probe: string,
    results: readonly { readonly id: string; readonly drawnAt: number }[],
  ): Promise<void> {
    if (results.length === 0) return;
    const change = this.#redis.multi();
    for (const { id, drawnAt } of results) {
      const key = this.#returnedKey(probe, dayOf(drawnAt));
      change.pfadd(key, id).expire(key, (DAYS + 1) * 86_400);
    }
    change.pfadd(this.#returnedKey(probe, 'ever'), ...results.map(({ id }) => id));
    await change.exec();
  }

  /** @returns sums of the last days, and the results returned since enrolment */
  async of(probe: string, now: number): Promise<Returned & { readonly total: number }> {
    const days = Array.from({ length: DAYS }, (_, i) => dayOf(now - i * DAY_MS));
    const [fields, total, ...returned] = await Promise.all([
      this.#redis.hgetall(this.#key(probe)),
      ...['ever', ...days].map((day) => this.#redis.pfcount(this.#returnedKey(probe, day))),
    ] as const);
    return {
      drawn: days.reduce((n, day) => n + Number(fields[`drawn:${day}`] ?? 0), 0),
      returned: returned.reduce((n, count) => n + count, 0),
      total: total ?? 0,
    };
  }

  /** Forgets a probe that leaves. */
  async forget(probe: string, now: number): Promise<void> {
    const days = Array.from({ length: 2 * DAYS }, (_, i) => dayOf(now + (1 - i) * DAY_MS));
    const returned = ['ever', ...days].map((day) => this.#returnedKey(probe, day));
    await this.#redis.del(this.#key(probe), ...returned);
  }

  #key(probe: string): string {
    return `${this.#prefix}:counters:${probe}`;
  }

  #returnedKey(probe: string, day: string): string {
    return `${this.#prefix}:counters:${probe}:returned:${day}`;
  }
}
