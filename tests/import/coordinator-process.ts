import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { freePort } from '../../deploy/dist/testbed/free-port.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const MAIN = fileURLToPath(import.meta.resolve('@brakelight/coordinator/main'));
/** Fetching a Redis takes the longest. */
const START_MS = 240_000;

/** `npm start` as the process that it is, on a data folder of its own, for one test; may be killed and started again. */
export class CoordinatorProcess {
  readonly dataDir: string;
  readonly #port: number;
  readonly #environment: Record<string, string>;
  #child: ChildProcess | undefined;

  private constructor(dataDir: string, port: number, environment: Record<string, string>) {
    this.dataDir = dataDir;
    this.#port = port;
    this.#environment = environment;
  }

  /** Starts it and waits until it answers; it ends with the test. */
  static async start(environment: Record<string, string> = {}): Promise<CoordinatorProcess> {
    const coordinator = new CoordinatorProcess(await temporaryFolder(), await freePort(), environment);
    onTestFinished(() => coordinator.#stop());
    coordinator.startAgain();
    await until('the coordinator answers', () => coordinator.progress(), START_MS);
    return coordinator;
  }

  startAgain(): void {
    const { REDIS_URL: _redis, CLICKHOUSE_URL: _store, ...inherited } = process.env;
    this.#child = spawn(process.execPath, [MAIN], {
      env: {
        ...inherited,
        DATA_DIR: this.dataDir,
        PORT: String(this.#port),
        MEASUREMENT_PORT: 'off',
        LOG_LEVEL: 'fatal',
        ...this.#environment,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** SIGKILL to its Redis, as its launcher wrote it down. */
  async killRedis(): Promise<void> {
    const note = JSON.parse(await readFile(join(this.dataDir, 'redis', 'process.json'), 'utf8'));
    process.kill((note as { pid: number }).pid, 'SIGKILL');
  }

  /** How far the import is, in its own words; `null` while it does not answer. */
  async progress(): Promise<{ stored: number; pending: number } | null> {
    try {
      const answer = await this.ask('/v1/imports/4ndv');
      return answer.ok ? ((await answer.json()) as { stored: number; pending: number }) : null;
    } catch {
      return null;
    }
  }

  /** Asks as the operator. */
  async ask(path: string, body?: unknown): Promise<Response> {
    const key = (await readFile(join(this.dataDir, 'admin-key'), 'utf8')).trim();
    return fetch(`http://127.0.0.1:${this.#port}${path}`, {
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
  }

  async #stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}
