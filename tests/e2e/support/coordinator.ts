import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CoordinatorApi } from '../../../deploy/dist/demo/api.js';
import { until } from '../../support/until.js';
import { Program } from './program.js';

export const COORDINATOR_MAIN = fileURLToPath(import.meta.resolve('@brakelight/coordinator/main'));
/** Fetching a Redis takes the longest. */
export const START_MS = 240_000;
export const ADMIN_KEY = 'k7Qw2mZr9vXc4TnB8sLpJ6hD';

/** The program of `npm start` on a data folder, which may be killed and started again. */
export class StartedCoordinator {
  readonly program: Program;
  readonly url: string;
  readonly api: CoordinatorApi;
  readonly #dataDir: string;

  private constructor(program: Program, url: string, dataDir: string) {
    this.program = program;
    this.url = url;
    this.api = new CoordinatorApi(url, ADMIN_KEY);
    this.#dataDir = dataDir;
  }

  /** Starts it and waits for its welcome. @throws Error with its last words */
  static async start(dataDir: string, env: Readonly<Record<string, string>>): Promise<StartedCoordinator> {
    const program = Program.start([process.execPath, COORDINATOR_MAIN], {
      // Several run at once on one machine.
      env: { DATA_DIR: dataDir, ADMIN_KEY, MEASUREMENT_PORT: '0', ...env },
      without: ['REDIS_URL', 'CLICKHOUSE_URL'],
    });
    const [, url = ''] = await program.said(/open .*?(http:\/\/127\.0\.0\.1:\d+)/, START_MS);
    return new StartedCoordinator(program, url, dataDir);
  }

  /** Process id of its Redis, as its launcher wrote it down. */
  async redisPid(): Promise<number> {
    const note = JSON.parse(await readFile(join(this.#dataDir, 'redis', 'process.json'), 'utf8'));
    return (note as { pid: number }).pid;
  }

  /** SIGKILL to it alone; its engines notice. */
  async kill(): Promise<void> {
    this.program.signal('SIGKILL');
    await this.program.ended;
  }

  /** Ids of all stored measurements, from an export that says itself whether it is whole. */
  async storedIds(): Promise<string[]> {
    const response = await fetch(`${this.url}/v1/measurements?format=ndjson`);
    const lines = (await response.text()).trimEnd().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as { id?: string; trailer?: { rows: number } });
    const said = rows.pop()?.trailer?.rows;
    if (said !== rows.length) throw new Error(`the export was cut: ${rows.length} rows of ${said}`);
    return rows.map(({ id = '' }) => id);
  }

  ready(): Promise<unknown> {
    return until('the coordinator is ready', () => this.api.ready(), START_MS, 200);
  }
}
