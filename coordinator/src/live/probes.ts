import { Consent, PublicKey } from '@brakelight/shared';
import type { Redis } from 'ioredis';
import { z } from 'zod';

const Record = z.object({
  publicKey: PublicKey,
  owner: z.string(),
  agentVersion: z.string(),
  enrolledAt: z.coerce.number(),
  consents: z.string().transform((text) => z.array(Consent).parse(JSON.parse(text))),
});

/** An enrolled probe: everything this coordinator knows about it. There is no address in here. */
export interface Probe {
  readonly id: string;
  /** Ed25519, 32 raw bytes in base64. */
  readonly publicKey: string;
  /** Pseudonym of the holder of its enrolment token. */
  readonly owner: string;
  readonly agentVersion: string;
  /** Unix milliseconds. */
  readonly enrolledAt: number;
  readonly consents: readonly Consent[];
}

/** KEYS probe, probes; ARGV id, at or '', then field and value. Who has left meanwhile stays away. */
const NOTE = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
if ARGV[2] ~= '' then redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1]) end
return 1`;

/** Registry of the probes. Enrolment itself is in `tokens.ts`: token and probe change in one step. */
export class Probes {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async get(id: string): Promise<Probe | undefined> {
    const fields = await this.#redis.hgetall(this.key(id));
    if (Object.keys(fields).length === 0) return undefined;
    return { id, ...Record.parse(fields) };
  }

  /** @param keyFingerprint see `fingerprint` of the wire */
  async findByKey(keyFingerprint: string): Promise<Probe | undefined> {
    const id = await this.#redis.get(this.indexKey(keyFingerprint));
    return id === null ? undefined : this.get(id);
  }

  /** Replaces the consents. */
  async setConsents(id: string, consents: readonly Consent[]): Promise<void> {
    await this.#note(id, '', 'consents', JSON.stringify(consents));
  }

  /** @param at Unix milliseconds */
  async seen(id: string, agentVersion: string, at: number): Promise<void> {
    await this.#note(id, at, 'agentVersion', agentVersion);
  }

  /** Forgets the identity: key, owner, consents, schedule. Rows stay, under an id that leads to nobody. */
  async forget(id: string, keyFingerprint: string): Promise<void> {
    await this.#redis
      .multi()
      .del(this.key(id), this.indexKey(keyFingerprint), `${this.#prefix}:due:${id}`)
      .zrem(`${this.#prefix}:probes`, id)
      .exec();
  }

  /** Enrolled probes, and those that were heard of since `since` (Unix milliseconds). */
  async count(since: number): Promise<{ enrolled: number; active: number }> {
    const key = `${this.#prefix}:probes`;
    const [enrolled, active] = await Promise.all([
      this.#redis.zcard(key),
      this.#redis.zcount(key, since, '+inf'),
    ]);
    return { enrolled, active };
  }

  async #note(id: string, at: number | '', field: string, value: string): Promise<void> {
    await this.#redis.eval(NOTE, 2, this.key(id), `${this.#prefix}:probes`, id, at, field, value);
  }

  key(id: string): string {
    return `${this.#prefix}:probe:${id}`;
  }

  indexKey(keyFingerprint: string): string {
    return `${this.#prefix}:probe-key:${keyFingerprint}`;
  }
}
