import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endingWithParent } from '../testbed/ending-with-parent.js';
import { CoordinatorApi } from './api.js';

const MAIN = fileURLToPath(import.meta.resolve('@brakelight/coordinator/main'));
/** Fetching a Redis takes the longest. */
const START_DEADLINE_MS = 180_000;
const STOP_DEADLINE_MS = 20_000;

/** The coordinator as `npm start` runs it, in a process of its own with embedded engines. */
export class CoordinatorProcess {
  readonly url: string;
  readonly api: CoordinatorApi;
  readonly #child: ChildProcess;

  private constructor(url: string, api: CoordinatorApi, child: ChildProcess) {
    this.url = url;
    this.api = api;
    this.#child = child;
  }

  /**
   * Starts it and waits until it is ready.
   * @param onLine told each line that it prints for people
   * @throws Error with the end of its log when it does not come up
   */
  static async start(options: {
    readonly dataDir: string;
    readonly port: number;
    readonly adminKey: string;
    readonly settings: Readonly<Record<string, string>>;
    readonly onLine: (line: string) => void;
  }): Promise<CoordinatorProcess> {
    const logFile = join(options.dataDir, 'coordinator.log');
    const log = await open(logFile, 'a');
    const [program, ...args] = endingWithParent([process.execPath, MAIN]);
    const child = spawn(program, args, {
      env: {
        ...process.env,
        ...options.settings,
        DATA_DIR: options.dataDir,
        PORT: String(options.port),
        ADMIN_KEY: options.adminKey,
      },
      stdio: ['ignore', 'pipe', log.fd],
      // Ctrl-C reaches the whole group; the demo takes its world down in order.
      detached: true,
    });
    await log.close();
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) options.onLine(line);
    });
    const url = `http://127.0.0.1:${options.port}`;
    const api = new CoordinatorApi(url, options.adminKey);
    const deadline = performance.now() + START_DEADLINE_MS;
    while (!(await api.ready())) {
      if (child.exitCode !== null || performance.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`the coordinator did not start:\n${(await readFile(logFile, 'utf8')).slice(-2000)}`);
      }
      await sleep(200);
    }
    return new CoordinatorProcess(url, api, child);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_DEADLINE_MS);
    await gone;
    clearTimeout(timer);
  }
}
