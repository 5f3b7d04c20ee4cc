import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { ChdbAnswer, ChdbOrder } from './chdb/messages.js';
import { LauncherError } from './launcher-error.js';
import { forwardOutput } from './output.js';
import { Supervisor } from './supervisor.js';

const require = createRequire(import.meta.url);
const CHILD = fileURLToPath(new URL('./chdb/child.js', import.meta.url));
/** Over all queries together; with Redis, coordinator and page this leaves room in 4 GB. */
const MEMORY_BYTES = 1_500_000_000;

/** Version of the installed `chdb` package, or `null`: it is an optional dependency. */
export function chdbVersion(): string | null {
  try {
    return (require('chdb/package.json') as { version: string }).version;
  } catch {
    return null;
  }
}

/** chDB in a child process, reached like a ClickHouse server, its data in `folder`. */
export class EmbeddedChdb {
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

  /** @throws LauncherError when `chdb` is not installed or does not come up */
  static async start(folder: string, logger: Logger): Promise<EmbeddedChdb> {
    if (chdbVersion() === null) {
      throw new LauncherError(
        'The optional package chdb is not installed (it has builds for Linux with glibc and for macOS): ' +
          'set CLICKHOUSE_URL to a ClickHouse server.',
      );
    }
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const password = randomBytes(24).toString('hex');
    let port = 0;
    const supervisor = new Supervisor(
      {
        name: 'chDB',
        pidFile: join(folder, 'process.json'),
        spawn: () => spawnChdb(logger),
        ready: async (child) => {
          port = await order(child, { folder, password, port, memoryBytes: MEMORY_BYTES });
        },
      },
      logger,
    );
    await supervisor.start();
    return new EmbeddedChdb(`http://default:${password}@127.0.0.1:${port}`, supervisor);
  }

  stop(): Promise<void> {
    return this.#supervisor.stop();
  }
}

function spawnChdb(logger: Logger): ChildProcess {
  const child = fork(CHILD, [], {
    // A process group of its own: Ctrl-C is for the coordinator, which stops chDB when it has finished with it.
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  forwardOutput(child, 'chDB', logger);
  return child;
}

/** Tells the child what to serve. @returns the port it listens on */
async function order(child: ChildProcess, message: ChdbOrder): Promise<number> {
  const answer = await new Promise<ChdbAnswer>((resolve) => {
    child.once('message', (received) => resolve(received as ChdbAnswer));
    child.send(message);
  });
  if ('failed' in answer) throw new LauncherError(`chDB could not be started: ${answer.failed}`);
  return answer.port;
}
