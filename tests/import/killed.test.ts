import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../support/free-port.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { startImport } from './command.js';
import { HEADER, line, lines } from './rows.js';

const COORDINATOR = fileURLToPath(new URL('../../coordinator/dist/main.js', import.meta.url));
const GOOD = 40_000;

interface Place {
  readonly dataDir: string;
  readonly port: number;
}

/** `npm start` as the process that it is, with its own engines. */
function startCoordinator({ dataDir, port }: Place): ChildProcess {
  const child = spawn(process.execPath, [COORDINATOR], {
    env: {
      PATH: process.env.PATH,
      // Where the Redis lies that the set-up fetched.
      HOME: process.env.HOME,
      XDG_CACHE_HOME: process.env.XDG_CACHE_HOME,
      DATA_DIR: dataDir,
      PORT: String(port),
      LOG_LEVEL: 'fatal',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  return child;
}

/** The coordinator's own word on how far it is; `null` while it does not answer. */
async function progress({ dataDir, port }: Place): Promise<{ stored: number; pending: number } | null> {
  try {
    const key = (await readFile(join(dataDir, 'admin-key'), 'utf8')).trim();
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`http://127.0.0.1:${port}/v1/imports/4ndv`, { headers });
    return answer.ok ? ((await answer.json()) as { stored: number; pending: number }) : null;
  } catch {
    return null;
  }
}

/** The Redis that is a descendant of this process. */
async function redisOf(pid: number): Promise<number> {
  const parents = new Map<number, { parent: number; name: string }>();
  for (const entry of await readdir('/proc')) {
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const match = /^(\d+) \((.*)\) \S (\d+)/.exec(stat);
    if (match) parents.set(Number(match[1]), { name: match[2] ?? '', parent: Number(match[3]) });
  }
  const isUnder = (child: number): boolean => {
    const parent = parents.get(child)?.parent;
    return parent !== undefined && parent > 1 && (parent === pid || isUnder(parent));
  };
  for (const [candidate, { name }] of parents) {
    if (/redis|valkey/.test(name) && isUnder(candidate)) return candidate;
  }
  throw new Error('the coordinator has no Redis of its own');
}

describe('an import during which first Redis and then the coordinator are killed', () => {
  it('ends with exactly the good rows stored', async ({ skip }) => {
    skip(process.platform !== 'linux', 'finds the processes to kill in /proc');
    const place = { dataDir: await temporaryFolder(), port: await freePort() };
    const folder = await temporaryFolder();
    const rows = [HEADER, ...lines(GOOD), line({ control: '-16304.35' }), line({ asn: '' })];
    await writeFile(join(folder, 'many.csv'), rows.join('\n'));

    const first = startCoordinator(place);
    await until('the coordinator answers', () => progress(place), 120_000);
    const running = startImport(['--format', '4ndv', '--json', folder], { DATA_DIR: place.dataDir });

    await until('some rows are stored', async () => ((await progress(place))?.stored ?? 0) > 0, 60_000);
    process.kill(await redisOf(first.pid as number), 'SIGKILL');
    const storedAtFirst = await until('it goes on', async () => (await progress(place))?.stored, 60_000);
    await until(
      'more rows are stored',
      async () => ((await progress(place))?.stored ?? 0) > storedAtFirst,
      60_000,
    );
    first.kill('SIGKILL');
    await until('the import waits', () => running.stderr().includes('No coordinator answers'), 60_000);
    startCoordinator(place);

    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      rowsRead: GOOD + 2,
      good: GOOD,
      refused: 2,
      new: GOOD,
      stored: GOOD,
    });
    expect(await progress(place)).toMatchObject({ stored: GOOD, pending: 0 });
  }, 300_000);
});
