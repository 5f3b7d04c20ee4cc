import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { cacheFolder } from './cache-folder.js';
import { chdbVersion, EmbeddedChdb } from './chdb.js';
import { checkClickHouse, checkRedis } from './given-engines.js';
import { LauncherError } from './launcher-error.js';
import { acquireLock, type Lock, LockedError } from './lock.js';
import { EmbeddedRedis, findRedis } from './redis.js';

/** A predecessor that was told to stop may need a moment. */
const LOCK_WAIT_MS = 3_000;

export interface StartEnginesOptions {
  /** Everything of this coordinator lives here. */
  readonly dataDir: string;
  readonly redisUrl?: string | undefined;
  readonly clickhouseUrl?: string | undefined;
  /** Where fetched packages are kept; by default in the user's cache, see `cacheFolder`. */
  readonly cacheDir?: string | undefined;
  readonly logger: Logger;
}

/** The two engines, wherever they are. */
export interface Engines {
  readonly redisUrl: string;
  readonly clickhouseUrl: string;
  /** One phrase each: how it was found. */
  readonly redisHow: string;
  readonly storeHow: string;
  /** Process ids of the embedded ones; `null` for one that was given. */
  readonly pids: () => { readonly redis: number | null; readonly chdb: number | null };
  /** Stops what was started here and gives the data folder free. */
  close(): Promise<void>;
}

/**
 * Makes sure there is a Redis and a ClickHouse: takes and checks the given ones, starts embedded ones for the rest.
 * Embedded engines are started again when they die, and never outlive this process.
 * @throws LauncherError in one sentence: data folder in use, no Redis to be had, or an engine that would lose data
 */
export async function startEngines(options: StartEnginesOptions): Promise<Engines> {
  const dataDir = resolve(options.dataDir);
  const { logger } = options;
  const lock = await lockFolder(dataDir);
  const started: { stop(): Promise<void> }[] = [];
  const close = async () => {
    await Promise.all(started.splice(0).map((engine) => engine.stop()));
    await lock.release();
  };
  try {
    const [redis, store] = await settle([
      () => provideRedis(options, dataDir, logger),
      () => provideStore(options, dataDir, logger),
    ]);
    for (const { engine } of [redis, store]) if (engine !== null) started.push(engine);
    return {
      redisUrl: redis.url,
      clickhouseUrl: store.url,
      redisHow: redis.how,
      storeHow: store.how,
      pids: () => ({ redis: redis.engine?.pid ?? null, chdb: store.engine?.pid ?? null }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Provided {
  readonly url: string;
  readonly how: string;
  readonly engine: EmbeddedRedis | EmbeddedChdb | null;
}

async function provideRedis(
  options: StartEnginesOptions,
  dataDir: string,
  logger: Logger,
): Promise<Provided> {
  if (options.redisUrl !== undefined) {
    await checkRedis(options.redisUrl);
    return { url: options.redisUrl, how: 'given by REDIS_URL', engine: null };
  }
  const cacheDir = options.cacheDir ?? (await cacheFolder(process.env, dataDir));
  const program = await findRedis(cacheDir, logger);
  const engine = await EmbeddedRedis.start(program, join(dataDir, 'redis'), logger);
  return { url: engine.url, how: program.how, engine };
}

async function provideStore(
  options: StartEnginesOptions,
  dataDir: string,
  logger: Logger,
): Promise<Provided> {
  if (options.clickhouseUrl !== undefined) {
    await checkClickHouse(options.clickhouseUrl);
    return { url: options.clickhouseUrl, how: 'given by CLICKHOUSE_URL', engine: null };
  }
  const engine = await EmbeddedChdb.start(join(dataDir, 'chdb'), logger);
  return { url: engine.url, how: `chDB ${chdbVersion()} (embedded ClickHouse)`, engine };
}

/** Runs both at once; when one fails, stops the other before saying so. */
async function settle(
  tasks: [() => Promise<Provided>, () => Promise<Provided>],
): Promise<[Provided, Provided]> {
  const [first, second] = await Promise.allSettled([tasks[0](), tasks[1]()]);
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value];
  for (const result of [first, second]) if (result.status === 'fulfilled') await result.value.engine?.stop();
  throw first.status === 'rejected' ? first.reason : (second as PromiseRejectedResult).reason;
}

async function lockFolder(dataDir: string): Promise<Lock> {
  try {
    await mkdir(dataDir, { recursive: true });
    return await acquireLock(join(dataDir, 'lock'), LOCK_WAIT_MS);
  } catch (error) {
    if (error instanceof LockedError) {
      throw new LauncherError(
        `The data folder ${dataDir} is in use by process ${error.holder.pid}: stop that coordinator, or set DATA_DIR ` +
          'to another folder.',
      );
    }
    throw new LauncherError(
      `The data folder ${dataDir} cannot be written (${(error as Error).message}): set DATA_DIR to one that can.`,
    );
  }
}
