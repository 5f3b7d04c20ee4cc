import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { Redis } from 'ioredis';
import { LauncherError } from './launcher-error.js';

/** Address without user and password, for sentences. */
function place(url: string): string {
  try {
    return new URL(url).host || url;
  } catch {
    return 'its address';
  }
}

/**
 * Checks a Redis that the operator gave: it must answer, evict nothing and keep an append-only file.
 * `INFO` is asked because hosted servers forbid `CONFIG GET`.
 * @throws LauncherError with the one thing to change
 */
export async function checkRedis(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  let lastError = 'no answer';
  redis.on('error', (error) => {
    lastError = error.message;
  });
  try {
    await redis.connect();
    const info = `${await redis.info('memory')}\n${await redis.info('persistence')}`;
    const value = (field: string) => new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(info)?.[1];
    const policy = value('maxmemory_policy');
    if (policy !== 'noeviction') {
      throw new LauncherError(
        `The Redis at ${place(url)} evicts keys when it is full (maxmemory-policy ${policy ?? 'unknown'}), which would ` +
          'lose accepted measurements: set maxmemory-policy noeviction.',
      );
    }
    if (value('aof_enabled') !== '1') {
      throw new LauncherError(
        `The Redis at ${place(url)} keeps no append-only file, so a crash would lose accepted measurements: ` +
          'set appendonly yes.',
      );
    }
  } catch (error) {
    if (error instanceof LauncherError) throw error;
    const reason = (error as Error).message.includes('closed') ? lastError : (error as Error).message;
    throw new LauncherError(`The Redis at ${place(url)} cannot be used (${reason}): check REDIS_URL.`);
  } finally {
    redis.disconnect();
  }
}

/**
 * Checks a ClickHouse that the operator gave: it must answer a query with these credentials.
 * @throws LauncherError in one sentence
 */
export async function checkClickHouse(url: string): Promise<void> {
  try {
    const client = createClient({
      url,
      request_timeout: 10_000,
      log: { level: ClickHouseLogLevel.OFF },
    });
    try {
      const answer = await client.ping({ select: true });
      if (!answer.success) throw answer.error;
    } finally {
      await client.close();
    }
  } catch (error) {
    const reason =
      (error as Error).message.split('\n')[0] || (error as { code?: string }).code || 'no answer';
    throw new LauncherError(
      `The ClickHouse at ${place(url)} cannot be used (${reason}): check CLICKHOUSE_URL.`,
    );
  }
}
