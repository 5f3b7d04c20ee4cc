import type { AlertType, Delivery } from '@brakelight/shared';
import type { Redis } from 'ioredis';

/** A message that is to reach one receiver. Its body never changes: every attempt sends the same bytes. */
export interface OutgoingMessage {
  readonly messageId: string;
  readonly webhookId: string;
  readonly eventId: string;
  readonly incidentId: string;
  readonly type: AlertType;
  /** Place among the messages about the incident to this receiver. */
  readonly order: number;
  readonly body: string;
}

/** Messages of one incident to one receiver, which go out one after another. */
export type Lane = Pick<OutgoingMessage, 'webhookId' | 'incidentId'>;

/** What came of one attempt. */
export interface Attempt {
  readonly at: string;
  readonly status: number | null;
  readonly error: string | null;
}

/** Longer than any alert is retried, and than the log of events is searched for forgotten ones. */
const KEPT_MS = 30 * 86_400_000;

/** KEYS record, index, lane, lanes; ARGV messageId, message, now, kept, order, lane's name. */
const ADD = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'message', ARGV[2], 'state', 'pending', 'attempts', 0)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, ARGV[3] - ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1])
redis.call('SADD', KEYS[4], ARGV[6])
return 1`;

/** KEYS record, lane, lanes; ARGV messageId, state, error, lane's name. An expired or deleted record stays away. */
const SETTLE = `
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'state', ARGV[2])
  if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'lastError', ARGV[3]) end
end
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('SREM', KEYS[3], ARGV[4]) end
return 1`;

/**
 * The outbox: which message went to whom, and what is still to go. It is the truth about deliveries; the queue only
 * says when to look. A message is added once by its id, so everything that leads here may be repeated.
 */
export class Deliveries {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = `${prefix}:deliveries`;
  }

  /** @returns `false` when the message was there already, in whatever state */
  async add(message: OutgoingMessage, now: number): Promise<boolean> {
    const { messageId, order } = message;
    const added = await this.#redis.eval(
      ADD,
      4,
      this.#record(messageId),
      this.#index(message.webhookId),
      this.#lane(message),
      this.#lanes,
      messageId,
      JSON.stringify(message),
      now,
      KEPT_MS,
      order,
      laneName(message),
    );
    return added === 1;
  }

  /** The message and how far it is. */
  async get(messageId: string): Promise<{ message: OutgoingMessage; delivery: Delivery } | undefined> {
    const fields = await this.#redis.hgetall(this.#record(messageId));
    if (fields.message === undefined) return undefined;
    const message = JSON.parse(fields.message) as OutgoingMessage;
    return {
      message,
      delivery: {
        messageId,
        eventId: message.eventId,
        type: message.type,
        state: fields.state as Delivery['state'],
        attempts: Number(fields.attempts),
        lastStatus: fields.lastStatus ? Number(fields.lastStatus) : null,
        lastError: fields.lastError || null,
        lastAttemptAt: fields.lastAttemptAt ?? null,
      },
    };
  }

  /** @returns attempts so far, this one included */
  async recordAttempt(messageId: string, attempt: Attempt): Promise<number> {
    const key = this.#record(messageId);
    const results = await this.#redis
      .multi()
      .hincrby(key, 'attempts', 1)
      .hset(key, {
        lastStatus: attempt.status ?? '',
        lastError: attempt.error ?? '',
        lastAttemptAt: attempt.at,
      })
      .exec();
    return Number(results?.[0]?.[1]);
  }

  /** Ends a message; the next of its lane may go. */
  async settle(message: OutgoingMessage, state: 'delivered' | 'failed', error = ''): Promise<void> {
    const { messageId } = message;
    await this.#redis.eval(
      SETTLE,
      3,
      this.#record(messageId),
      this.#lane(message),
      this.#lanes,
      messageId,
      state,
      error,
      laneName(message),
    );
  }

  /** The message that is to go next in a lane. */
  async head(lane: Lane): Promise<string | undefined> {
    const [first] = await this.#redis.zrange(this.#lane(lane), '0', '0');
    return first;
  }

  /** Every lane with something still to go. */
  async lanes(): Promise<Lane[]> {
    const names = await this.#redis.smembers(this.#lanes);
    return names.map((name) => {
      const [webhookId, incidentId] = JSON.parse(name) as [string, string];
      return { webhookId, incidentId };
    });
  }

  /** Lanes with something still to go. */
  async waiting(): Promise<number> {
    return this.#redis.scard(this.#lanes);
  }

  /**
   * Deliveries of one receiver, newest first.
   * @param before only those older than this message
   */
  async list(webhookId: string, limit: number, before?: string): Promise<Delivery[] | undefined> {
    const index = this.#index(webhookId);
    const rank = before === undefined ? -1 : await this.#redis.zrevrank(index, before);
    if (rank === null) return undefined;
    const ids = await this.#redis.zrevrange(index, rank + 1, rank + limit);
    const found = await Promise.all(ids.map((id) => this.get(id)));
    return found.flatMap((one) => (one ? [one.delivery] : []));
  }

  /** Forgets the list of a receiver that is no more; single records expire. */
  async forget(webhookId: string): Promise<void> {
    await this.#redis.del(this.#index(webhookId));
  }

  /** Whether an event was handed to everybody who wanted it. */
  async isAnnounced(eventId: string): Promise<boolean> {
    return (await this.#redis.exists(this.#announced(eventId))) === 1;
  }

  async markAnnounced(eventId: string): Promise<void> {
    await this.#redis.set(this.#announced(eventId), '1', 'PX', KEPT_MS);
  }

  #record(messageId: string): string {
    return `${this.#prefix}:message:${messageId}`;
  }
  #index(webhookId: string): string {
    return `${this.#prefix}:of:${webhookId}`;
  }
  #lane(lane: Lane): string {
    return `${this.#prefix}:lane:${laneName(lane)}`;
  }
  get #lanes(): string {
    return `${this.#prefix}:lanes`;
  }
  #announced(eventId: string): string {
    return `${this.#prefix}:announced:${eventId}`;
  }
}

function laneName({ webhookId, incidentId }: Lane): string {
  return JSON.stringify([webhookId, incidentId]);
}
