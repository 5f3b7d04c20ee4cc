import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../support/until.js';

const CLI = fileURLToPath(import.meta.resolve('@brakelight/coordinator/cli/measurement-server'));
const HOST = '127.0.0.1';
const CLIENTS = 2_000;
/** Below the limits of an address, which loopback has enough of. */
const CLIENTS_OF_AN_ADDRESS = 10;
const AT_ONCE = 50;
const MOST_RESIDENT_MB = 200;
const PATIENCE_MS = 240_000;

let keysDir: string;
let server: ChildProcess;
let port: number;
const clients: Socket[] = [];
/** Those that were refused or cut off. */
let lost = 0;

beforeAll(async () => {
  keysDir = await mkdtemp(join(tmpdir(), 'brakelight-keys-'));
  const args = [CLI, '--host', HOST, '--port', '0', '--keys', keysDir];
  // As `npm run measurement-server` starts it: garbage of two thousand connections is taken away soon.
  server = spawn(process.execPath, ['--max-semi-space-size=2', ...args], {
    env: { ...process.env, LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(server.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer];
  port = Number(/port (\d+)/.exec(line.toString())?.[1]);
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  server.kill('SIGKILL');
  await once(server, 'exit');
  await rm(keysDir, { recursive: true });
});

/** Asks for 4 MB, which it will not read. */
function askAndIgnore(number: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const address = Math.floor(number / CLIENTS_OF_AN_ADDRESS);
    const tcp = connect({ host: HOST, port, localAddress: `127.1.${address >> 7}.${1 + (address & 127)}` });
    const tls = connectTls({ socket: tcp, rejectUnauthorized: false }, () => {
      tls.write(`GET /v1/down?bytes=4000000&id=client-${number} HTTP/1.1\r\nhost: m\r\n\r\n`);
      resolve();
    });
    tls.on('error', reject);
    tcp.on('close', () => {
      lost += 1;
    });
    clients.push(tcp);
  });
}

/** Resident memory of the server now and at its highest, in MB. */
async function memory(): Promise<{ resident: number; highest: number }> {
  const text = await readFile(`/proc/${server.pid}/status`, 'utf8');
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1]) / 1024;
  return { resident: of('VmRSS'), highest: of('VmHWM') };
}

it.runIf(process.platform === 'linux')(
  `holds ${CLIENTS} clients that ask and do not read, in ${MOST_RESIDENT_MB} MB`,
  async () => {
    for (let i = 0; i < CLIENTS; i += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, (_, k) => askAndIgnore(i + k)));
    let before = (await memory()).resident;
    await until(
      'its memory grows no more',
      async () => {
        const { resident } = await memory();
        const grew = resident - before;
        before = resident;
        return grew < 1;
      },
      PATIENCE_MS,
      2_000,
    );
    expect(lost).toBe(0);
    expect((await memory()).highest).toBeLessThan(MOST_RESIDENT_MB);
  },
  PATIENCE_MS,
);
