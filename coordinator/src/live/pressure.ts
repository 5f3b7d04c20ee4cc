import type { Redis } from 'ioredis';

/** How full Redis is. */
export interface Pressure {
  readonly usedBytes: number;
  /** 0: no limit is set. */
  readonly maxBytes: number;
}

/** Reads memory use from Redis. */
export async function readPressure(redis: Redis): Promise<Pressure> {
  const info = await redis.info('memory');
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return { usedBytes: field('used_memory'), maxBytes: field('maxmemory') };
}
