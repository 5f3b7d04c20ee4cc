import { randomBytes } from 'node:crypto';
import type { Webhook, WebhookRequest } from '@brakelight/shared';
import type { Redis } from 'ioredis';
import { ulid } from 'ulid';

/** A subscription with what only the coordinator knows of it. */
export interface Subscription extends Webhook {
  /** `whsec_` and 32 random bytes in base64. */
  readonly secret: string;
  /** The API key that made it; `admin` for the operator's own. */
  readonly owner: string;
}

type Stored = Omit<Subscription, 'disabledAt'>;

/**
 * Subscriptions to alerts. One hash holds them all (they are few, and every event asks for all of them), another says
 * since when a subscription is off.
 */
export class Webhooks {
  readonly #redis: Redis;
  readonly #all: string;
  readonly #disabled: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#all = `${prefix}:webhooks`;
    this.#disabled = `${prefix}:webhooks:disabled`;
  }

  /** @param now wall clock, Unix milliseconds */
  async create(request: WebhookRequest, owner: string, now: number): Promise<Subscription> {
    const stored: Stored = {
      id: ulid(now),
      url: request.url,
      countries: request.countries ?? [],
      targets: request.targets ?? [],
      types: request.types ?? [],
      createdAt: new Date(now).toISOString(),
      secret: `whsec_${randomBytes(32).toString('base64')}`,
      owner,
    };
    await this.#redis.hset(this.#all, stored.id, JSON.stringify(stored));
    return { ...stored, disabledAt: null };
  }

  async get(id: string): Promise<Subscription | undefined> {
    const [text, disabledAt] = await Promise.all([
      this.#redis.hget(this.#all, id),
      this.#redis.hget(this.#disabled, id),
    ]);
    return text === null ? undefined : { ...(JSON.parse(text) as Stored), disabledAt };
  }

  /** Every subscription, oldest first. */
  async list(): Promise<Subscription[]> {
    const [all, disabled] = await Promise.all([
      this.#redis.hvals(this.#all),
      this.#redis.hgetall(this.#disabled),
    ]);
    return all
      .map((text) => JSON.parse(text) as Stored)
      .map((stored) => ({ ...stored, disabledAt: disabled[stored.id] ?? null }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Sends nothing more to a receiver that is gone. */
  async disable(id: string, now: number): Promise<void> {
    await this.#redis.hset(this.#disabled, id, new Date(now).toISOString());
  }

  /** @returns whether there was one */
  async remove(id: string): Promise<boolean> {
    const removed = await this.#redis.hdel(this.#all, id);
    await this.#redis.hdel(this.#disabled, id);
    return removed > 0;
  }
}
