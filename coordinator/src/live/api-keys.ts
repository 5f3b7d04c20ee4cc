import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKey, ApiKeyRequest, CreatedApiKey } from '@brakelight/shared';
import type { Redis } from 'ioredis';
import { ulid } from 'ulid';

interface Stored extends ApiKey {
  /** SHA-256 of the whole key, hex. Enough: the key has 256 random bits, there is nothing to guess. */
  readonly hash: string;
}

const KEY = /^bl_([0-9A-HJKMNP-TV-Z]{26})_[A-Za-z0-9_-]{43}$/;

/** API keys: `bl_<id>_<secret>`. The id finds the record, the hash of the whole proves the key. */
export class ApiKeys {
  readonly #redis: Redis;
  readonly #all: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#all = `${prefix}:api-keys`;
  }

  /**
   * Makes a key; the only time that it is seen.
   * @param now wall clock, Unix milliseconds
   */
  async create(request: ApiKeyRequest, now: number): Promise<CreatedApiKey> {
    const id = ulid(now);
    const key = `bl_${id}_${randomBytes(32).toString('base64url')}`;
    const shown: ApiKey = {
      id,
      name: request.name,
      scopes: [...new Set(request.scopes)],
      createdAt: new Date(now).toISOString(),
    };
    const stored: Stored = { ...shown, hash: sha256(key).toString('hex') };
    await this.#redis.hset(this.#all, id, JSON.stringify(stored));
    return { ...shown, key };
  }

  /** Whose key this is; `undefined` when it is nobody's. */
  async verify(key: string): Promise<ApiKey | undefined> {
    const id = KEY.exec(key)?.[1];
    const text = id === undefined ? null : await this.#redis.hget(this.#all, id);
    if (text === null) return undefined;
    const { hash, ...shown } = JSON.parse(text) as Stored;
    return timingSafeEqual(sha256(key), Buffer.from(hash, 'hex')) ? shown : undefined;
  }

  /** Every key without its secret, oldest first. */
  async list(): Promise<ApiKey[]> {
    const all = await this.#redis.hvals(this.#all);
    return all
      .map((text) => {
        const { hash: _, ...shown } = JSON.parse(text) as Stored;
        return shown;
      })
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** @returns whether there was one */
  async revoke(id: string): Promise<boolean> {
    return (await this.#redis.hdel(this.#all, id)) > 0;
  }
}

/** Whether a text is this secret, in constant time whatever their lengths. */
export function sameSecret(text: string, secret: string): boolean {
  return timingSafeEqual(sha256(text), sha256(secret));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
