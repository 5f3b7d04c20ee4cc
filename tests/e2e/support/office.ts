import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cell, Incident, pageOf } from '@brakelight/shared';
import { z } from 'zod';
import type { Started } from '../../../deploy/dist/testbed/agent-process.js';
import { type KernelBench, OFFICE } from '../../../deploy/dist/testbed/kernel/bench.js';
import { until } from '../../support/until.js';
import { ADMIN_KEY, COORDINATOR_MAIN, START_MS } from './coordinator.js';

const PORT = 8443;

/** The real coordinator in the office of a kernel bench, with TLS; asked through a door in the bench. */
export class OfficeCoordinator {
  /** As the agents of the bench reach it. */
  readonly url: string;
  readonly #bench: KernelBench;
  readonly #door: number;
  readonly #started: Started;
  readonly #logFile: string;

  private constructor(bench: KernelBench, door: number, started: Started, logFile: string) {
    this.url = `https://${bench.office}:${PORT}`;
    this.#bench = bench;
    this.#door = door;
    this.#started = started;
    this.#logFile = logFile;
  }

  /** Starts it and waits until it is ready. @throws Error with the end of its log */
  static async start(
    bench: KernelBench,
    folder: string,
    env: Readonly<Record<string, string>>,
  ): Promise<OfficeCoordinator> {
    await mkdir(folder, { recursive: true });
    const { cert, key } = bench.ca.issue([bench.office]);
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    await writeFile(files.cert, cert);
    await writeFile(files.key, key, { mode: 0o600 });
    const logFile = join(folder, 'coordinator.log');
    const log = await open(logFile, 'a');
    const started = bench.spawn(
      OFFICE,
      [process.execPath, COORDINATOR_MAIN],
      {
        DATA_DIR: join(folder, 'data'),
        HOST: bench.office,
        PORT: String(PORT),
        TLS_CERT_FILE: files.cert,
        TLS_KEY_FILE: files.key,
        ADMIN_KEY,
        ...env,
      },
      ['ignore', log.fd, log.fd],
    );
    await log.close();
    const door = await bench.expose(OFFICE, bench.office, PORT);
    const coordinator = new OfficeCoordinator(bench, door, started, logFile);
    await until('the coordinator in the office is ready', () => coordinator.#ready(), START_MS, 250);
    return coordinator;
  }

  /** A one-time enrolment token that names its owner. */
  async token(owner: string): Promise<string> {
    const answer = await this.#ask('POST', '/v1/tokens', { kind: 'one-time', owner });
    return z.object({ token: z.string() }).parse(answer).token;
  }

  /** Cells of whole countries. */
  async cells(): Promise<Cell[]> {
    const { data } = pageOf(Cell).parse(await this.#ask('GET', '/v1/cells?limit=500'));
    return data.filter(({ asn }) => asn === null);
  }

  async incidents(): Promise<Incident[]> {
    return pageOf(Incident).parse(await this.#ask('GET', '/v1/incidents?limit=100')).data;
  }

  async #ready(): Promise<boolean> {
    const { child } = this.#started;
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the coordinator ended:\n${(await readFile(this.#logFile, 'utf8')).slice(-2000)}`);
    return this.#ask('GET', '/readyz').then(
      () => true,
      () => false,
    );
  }

  #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const { ca, office } = this.#bench;
    const headers = { host: `${office}:${PORT}`, authorization: `Bearer ${ADMIN_KEY}` };
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: this.#door,
          method,
          path,
          headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
          ca: ca.cert,
          // The door is on loopback; the certificate is for the address in the office, and an address is no SNI.
          checkServerIdentity: () => undefined,
          agent: false,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(text));
            else reject(new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 300)}`));
          });
        },
      );
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

export const AGENT_CLI = fileURLToPath(
  import.meta.resolve('@brakelight/probe-agent/bundle/brakelight-probe'),
);
