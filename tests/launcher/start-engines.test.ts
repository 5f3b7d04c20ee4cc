import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { identify, isRunning } from '@brakelight/coordinator/launcher/process-identity';
import { openStore } from '@brakelight/coordinator/store/store';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { measurementRow } from '../store/measurement-row.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { PROGRAM, runProgram } from './program.js';

const logger = pino({ level: 'silent' });

function connect(url: string): Redis {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  return redis;
}

describe('the embedded engines', () => {
  it('come back with their data after each was killed, on the same addresses', async () => {
    const { said, log } = await runProgram({ dataDir: await temporaryFolder() });
    const redis = connect(said.redisUrl);
    await redis.set('kept', 'yes');
    // The append-only file is synced every second, but a killed process loses nothing that was written to it.
    for (const pid of [said.pids.redis, said.pids.chdb]) process.kill(pid ?? 0, 'SIGKILL');
    await until('both are back', () => log.filter((line) => line.includes('is back')).length === 2);
    expect(await redis.get('kept')).toBe('yes');
    const store = openStore({ url: said.clickhouseUrl, logger });
    expect(await store.ping()).toBe(true);
    await store.close();
  });

  it('end with their parent, however it dies, and the next start has the data', async () => {
    const dataDir = await temporaryFolder();
    const first = await runProgram({ dataDir });
    const engines = [first.said.pids.redis, first.said.pids.chdb].map((pid) => identify(pid ?? 0));
    await connect(first.said.redisUrl).set('kept', 'yes');
    const store = openStore({ url: first.said.clickhouseUrl, logger });
    await store.migrate();
    await store.measurements.insert([measurementRow({ id: 'kept' })]);
    await store.close();

    await first.end('SIGKILL');
    // At once, while the engines may still be dying.
    const second = await runProgram({ dataDir });
    expect(engines.map(isRunning)).toEqual([false, false]);
    expect(await connect(second.said.redisUrl).get('kept')).toBe('yes');
    const again = openStore({ url: second.said.clickhouseUrl, logger });
    expect(await again.measurements.storedIds(['kept'], 'network')).toEqual(new Set(['kept']));
    await again.close();

    const last = [second.said.pids.redis, second.said.pids.chdb].map((pid) => identify(pid ?? 0));
    await second.end('SIGKILL');
    await until('the engines are gone', () => last.every((engine) => !isRunning(engine)));
  });

  it('stop when they are asked to, and leave no lock', async () => {
    const dataDir = await temporaryFolder();
    const { said, end } = await runProgram({ dataDir });
    const engines = [said.pids.redis, said.pids.chdb].map((pid) => identify(pid ?? 0));
    await end('SIGTERM');
    expect(engines.map(isRunning)).toEqual([false, false]);
    expect(await readdir(dataDir)).toEqual(['chdb', 'redis']);
  });

  it('refuse a data folder that is in use', async () => {
    const dataDir = await temporaryFolder();
    await runProgram({ dataDir });
    const { said } = await runProgram({ dataDir });
    expect(said.error).toMatch(
      /^The data folder .* is in use by process \d+: stop that coordinator, or set DATA_DIR/,
    );
  });

  it('want a password', async () => {
    const { said } = await runProgram({ dataDir: await temporaryFolder() });
    const [redis, clickhouse] = [new URL(said.redisUrl), new URL(said.clickhouseUrl)];
    await expect(connect(`redis://${redis.host}`).get('x')).rejects.toThrow(/NOAUTH/);
    const answer = await fetch(`http://${clickhouse.host}/?query=SELECT%201`, { method: 'POST' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('516');
  });
});

/** The folders of PATH without any Redis or Valkey, as links. */
async function pathWithoutRedis(): Promise<string> {
  const folder = join(await temporaryFolder(), 'bin');
  await mkdir(folder);
  await chmod(join(folder, '..'), 0o755);
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of await readdir(directory).catch(() => [])) {
      if (/^(redis|valkey)-/.test(name)) continue;
      await symlink(join(directory, name), join(folder, name)).catch(() => undefined);
    }
  }
  return folder;
}

/** Who runs the tests is an ordinary user already, unless it is root: then nobody, where nobody may read this checkout. */
function anotherUser(): number | undefined {
  const nobody = 65_534;
  if (process.getuid?.() !== 0) return undefined;
  const reads = spawnSync(process.execPath, ['--check', PROGRAM], { uid: nobody, gid: nobody, cwd: '/' });
  return reads.status === 0 ? nobody : undefined;
}

const canFetch = inject('canFetchPackages');

// A mirror may be slow; nothing here is about speed.
describe.skipIf(!canFetch)('without a Redis on PATH', { timeout: 240_000 }, () => {
  it('fetches the package of the distribution, twice at once, into a cache that was empty', async () => {
    const PATH = await pathWithoutRedis();
    const XDG_CACHE_HOME = await temporaryFolder();
    const env = { PATH, XDG_CACHE_HOME };
    const programs = await Promise.all(
      [1, 2].map(async () => runProgram({ dataDir: await temporaryFolder(), env })),
    );
    for (const { said } of programs) {
      expect(said.redisHow).toMatch(/^redis-server .* fetched from the distribution's packages$/);
      expect(await connect(said.redisUrl).ping()).toBe('PONG');
      expect(await readlink(`/proc/${said.pids.redis}/exe`)).toContain(XDG_CACHE_HOME);
    }
    expect(programs.flatMap(({ log }) => log).filter((line) => line.includes('downloading'))).toHaveLength(1);
  });

  it('works for an ordinary user without a home', async () => {
    const uid = anotherUser();
    const dataDir = await temporaryFolder();
    if (uid !== undefined) await chown(dataDir, uid, uid);
    const env = { PATH: await pathWithoutRedis(), HOME: '/nonexistent', XDG_CACHE_HOME: undefined };
    const { said } = await runProgram({ dataDir, env, uid });
    expect(said.error).toBeUndefined();
    expect(await readlink(`/proc/${said.pids.redis}/exe`)).toContain(join(dataDir, 'cache'));
    expect(await connect(said.redisUrl).ping()).toBe('PONG');
  });
});

it('says in one sentence what to install where nothing can be fetched', async () => {
  const { said } = await runProgram({ dataDir: await temporaryFolder(), env: { PATH: '/nonexistent' } });
  expect(said.error).toMatch(
    /^No redis-server or valkey-server on PATH.* Install redis-server .* or set REDIS_URL\.$/,
  );
});
