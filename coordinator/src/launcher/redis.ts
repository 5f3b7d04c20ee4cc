import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { canFetchDebianPackages, fetchDebianPackage } from './debian-package.js';
import { findExecutable } from './executable.js';
import { freePort } from './free-port.js';
import { LauncherError } from './launcher-error.js';
import { forwardOutput } from './output.js';
import { Supervisor } from './supervisor.js';

const PROGRAMS = ['redis-server', 'valkey-server'] as const;
/** Well before this is full admission control answers 503; see the design, "Facts measured". */
const MAX_MEMORY = '512mb';
/** A large append-only file takes a while to load. */
const READY_MS = 120_000;

/** A Redis server's program and what it needs around it. */
export interface RedisProgram {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** One phrase: where it comes from. */
  readonly how: string;
}

/**
 * Finds a Redis or Valkey server: on PATH, else fetched from the distribution's packages.
 * @throws LauncherError which says what to install
 */
export async function findRedis(cacheDir: string, logger: Logger): Promise<RedisProgram> {
  const installed = findExecutable(PROGRAMS);
  if (installed !== null) return { path: installed, env: {}, how: `${installed} found on PATH` };
  const advice = 'Install redis-server or valkey-server, or set REDIS_URL.';
  if (!canFetchDebianPackages()) {
    throw new LauncherError(
      `No redis-server or valkey-server on PATH, and none can be fetched here: this is no Debian or Ubuntu. ${advice}`,
    );
  }
  try {
    const packages = ['redis-server', 'redis-tools'];
    const fetched = await fetchDebianPackage({ name: 'redis', packages, cacheDir, logger });
    const version = fetched.contents.find((entry) => entry.startsWith('redis-server'))?.split('=')[1] ?? '';
    return {
      path: join(fetched.root, 'usr/bin/redis-server'),
      env: fetched.env,
      how: `redis-server ${version} fetched from the distribution's packages`,
    };
  } catch (error) {
    if (!(error instanceof LauncherError)) throw error;
    throw new LauncherError(`No redis-server or valkey-server on PATH, and ${error.message} ${advice}`);
  }
}

/** A Redis of our own, on loopback with a random password, its data in `folder`. */
export class EmbeddedRedis {
  readonly url: string;
  readonly #supervisor: Supervisor;

  private constructor(url: string, supervisor: Supervisor) {
    this.url = url;
    this.#supervisor = supervisor;
  }

  /** Process id, for those who watch or kill it. */
  get pid(): number | null {
    return this.#supervisor.pid;
  }

  /**
   * Starts it: append-only file synced every second, nothing evicted, no swap-out of what was accepted.
   * @throws LauncherError when it does not come up
   */
  static async start(program: RedisProgram, folder: string, logger: Logger): Promise<EmbeddedRedis> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const port = await freePort();
    const password = await keptPassword(join(folder, 'password'));
    const configFile = join(folder, 'redis.conf');
    await writeFile(configFile, configuration(folder, port, password), { mode: 0o600 });
    const url = `redis://:${password}@127.0.0.1:${port}`;
    const supervisor = new Supervisor(
      {
        name: 'Redis',
        pidFile: join(folder, 'process.json'),
        spawn: () => spawnRedis(program, configFile, logger),
        ready: (child) => answering(url, child),
      },
      logger,
    );
    await supervisor.start();
    return new EmbeddedRedis(url, supervisor);
  }

  stop(): Promise<void> {
    return this.#supervisor.stop();
  }
}

/** The whole configuration; Debian's own has snapshots only, which lose every accepted job at a kill. */
function configuration(folder: string, port: number, password: string): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    'protected-mode yes',
    `requirepass ${password}`,
    'daemonize no',
    `dir "${folder.replaceAll(/["\\]/g, '\\$&')}"`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    `maxmemory ${MAX_MEMORY}`,
    'maxmemory-policy noeviction',
    'loglevel notice',
    '',
  ].join('\n');
}

function spawnRedis(program: RedisProgram, configFile: string, logger: Logger): ChildProcess {
  const command = [program.path, configFile];
  // The kernel tells Redis when we die, even by SIGKILL. Where there is no setpriv the next start ends the leftover.
  const setpriv = findExecutable(['setpriv']);
  if (setpriv !== null) command.unshift(setpriv, '--pdeathsig', 'TERM', '--');
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    // A process group of its own: Ctrl-C is for the coordinator, which stops Redis when it has finished with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...program.env },
  });
  forwardOutput(child, 'Redis', logger);
  return child;
}

/** Resolves when the server answers and has loaded its data. */
async function answering(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (child.exitCode === null && child.signalCode === null) {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await redis.ping();
      return;
    } catch (error) {
      if (performance.now() > deadline) {
        throw new LauncherError(
          `Redis does not answer after ${READY_MS / 1000} s (${(error as Error).message}).`,
        );
      }
    } finally {
      redis.disconnect();
    }
    await delay(50);
  }
  // It ended: the supervisor says how.
  await new Promise<never>(() => undefined);
}

/** The password outlives a restart, so that a leftover server and its clients stay reachable. */
async function keptPassword(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (/^[0-9a-f]{48}$/.test(kept)) return kept;
  const password = randomBytes(24).toString('hex');
  await writeFile(file, password, { mode: 0o600 });
  await chmod(file, 0o600);
  return password;
}
