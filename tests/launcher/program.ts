import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The program that these tests run. */
export const PROGRAM = fileURLToPath(new URL('./program.mjs', import.meta.url));

/** What the program says once it has its engines, or why it has none. */
export interface Said {
  readonly redisUrl: string;
  readonly clickhouseUrl: string;
  readonly redisHow: string;
  readonly storeHow: string;
  readonly pids: { readonly redis: number | null; readonly chdb: number | null };
  readonly error?: string;
}

/** A running program. */
export interface Program {
  readonly child: ChildProcess;
  readonly said: Said;
  readonly log: string[];
  /** Ends it and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Runs `program.mjs` until it has its engines; it is ended with the test. */
export async function runProgram(options: {
  dataDir: string;
  env?: NodeJS.ProcessEnv;
  /** Another user, for whom the cache may not be ours. */
  uid?: number | undefined;
}): Promise<Program> {
  const { REDIS_URL: _redis, CLICKHOUSE_URL: _clickhouse, ...inherited } = process.env;
  const child = spawn(process.execPath, [PROGRAM], {
    env: { ...inherited, DATA_DIR: options.dataDir, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const exited = once(child, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  onTestFinished(() => end('SIGTERM'));
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const said = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(
      ([line]) => JSON.parse(line as string) as Said,
    ),
    exited.then(() => Promise.reject(new Error(`it ended without a word: ${log.join('\n')}`))),
  ]);
  return { child, said, log, end };
}
