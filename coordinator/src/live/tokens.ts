import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { dayOf } from './keys.js';
import type { Probe, Probes } from './probes.js';

/** `once` enrols one probe; `network` enrols up to `quota` probes of each /24 or /48 a day. */
export interface TokenTerms {
  readonly kind: 'once' | 'network';
  /** Pseudonym that every probe enrolled with it gets. */
  readonly owner: string;
  readonly quota: number;
  /** From then on it enrols nobody, Unix milliseconds. */
  readonly expiresAt: number;
}

export type Redemption = 'enrolled' | 'invalid' | 'expired' | 'used' | 'quota';

/** So long it is still said that a token has expired, and not that nobody knows it. */
const REMEMBERED_MS = 90 * 86_400_000;

/** KEYS token, probe, index, quota, probes. ARGV probe id, at, publicKey, agentVersion, consents, quota ttl in s. */
const REDEEM = `
local kind = redis.call('HGET', KEYS[1], 'kind')
if not kind then return 'invalid' end
if tonumber(ARGV[2]) >= tonumber(redis.call('HGET', KEYS[1], 'expiresAt')) then return 'expired' end
if kind == 'once' then
  if redis.call('HEXISTS', KEYS[1], 'used') == 1 then return 'used' end
  redis.call('HSET', KEYS[1], 'used', ARGV[2])
else
  local used = tonumber(redis.call('GET', KEYS[4]) or '0')
  if used >= tonumber(redis.call('HGET', KEYS[1], 'quota')) then return 'quota' end
  redis.call('SET', KEYS[4], used + 1, 'EX', ARGV[6])
end
redis.call('HSET', KEYS[2], 'publicKey', ARGV[3], 'owner', redis.call('HGET', KEYS[1], 'owner'),
  'agentVersion', ARGV[4], 'enrolledAt', ARGV[2], 'consents', ARGV[5])
redis.call('SET', KEYS[3], ARGV[1])
redis.call('ZADD', KEYS[5], ARGV[2], ARGV[1])
return 'enrolled'
`;

/** Enrolment tokens, stored hashed. */
export class Tokens {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #probes: Probes;

  constructor(redis: Redis, prefix: string, probes: Probes) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#probes = probes;
  }

  /** Makes a token; this is the only time its text is seen. */
  async create(terms: TokenTerms): Promise<string> {
    const token = `blt_${randomBytes(24).toString('base64url')}`;
    const key = this.#key(token);
    await this.#redis
      .multi()
      .hset(key, { ...terms })
      .pexpireat(key, terms.expiresAt + REMEMBERED_MS)
      .exec();
    return token;
  }

  /** Takes the token's word and records the probe, in one step. */
  async redeem(
    token: string,
    probe: Omit<Probe, 'owner'>,
    index: string,
    subnet: string,
  ): Promise<Redemption> {
    const key = this.#key(token);
    const answer = await this.#redis.eval(
      REDEEM,
      5,
      key,
      this.#probes.key(probe.id),
      this.#probes.indexKey(index),
      `${key}:${dayOf(probe.enrolledAt)}:${subnet}`,
      `${this.#prefix}:probes`,
      probe.id,
      probe.enrolledAt,
      probe.publicKey,
      probe.agentVersion,
      JSON.stringify(probe.consents),
      2 * 86_400,
    );
    return answer as Redemption;
  }

  #key(token: string): string {
    return `${this.#prefix}:token:${createHash('sha256').update(token).digest('base64url')}`;
  }
}
