import { Redis } from 'ioredis';
import type { Logger } from '../logging.js';

/** Longest wait for one answer of Redis while a client waits for ours. */
const COMMAND_TIMEOUT_MS = 3_000;

/**
 * Connection for work that somebody waits for: while Redis is away commands fail at once instead of queueing up.
 * @param url `redis://`, `rediss://`, or the path of a unix socket
 */
export function connectForRequests(url: string, logger: Logger): Redis {
  return watched(
    new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
      retryStrategy,
    }),
    logger,
  );
}

/** Connection for a queue worker: waits for Redis as long as it takes (BullMQ demands it). */
export function connectForWorkers(url: string, logger: Logger): Redis {
  return watched(new Redis(url, { maxRetriesPerRequest: null, retryStrategy }), logger);
}

/** Resolves when the connection can be used. */
export async function ready(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve) => redis.once('ready', resolve));
}

const retryStrategy = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000);

/** One line when it goes and one when it comes back, not one for each attempt. */
function watched(redis: Redis, logger: Logger): Redis {
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) logger.warn({ err: error }, 'Redis does not answer');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('Redis answers again');
    away = false;
  });
  return redis;
}
