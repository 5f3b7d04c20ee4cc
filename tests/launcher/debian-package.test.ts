import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fetchDebianPackage } from '@brakelight/coordinator/launcher/debian-package';
import { findRedis } from '@brakelight/coordinator/launcher/redis';
import { pino } from 'pino';
import { describe, expect, inject, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';

const logger = pino({ level: 'silent' });

const FETCH = `
  import { fetchDebianPackage } from '@brakelight/coordinator/launcher/debian-package';
  import { pino } from 'pino';
  const logger = pino({}, pino.destination({ sync: true }));
  await fetchDebianPackage({ name: 'redis', packages: ['redis-server', 'redis-tools'], cacheDir: process.env.CACHE, logger });
`;

// A mirror may be slow; nothing here is about speed.
describe.skipIf(!inject('canFetchPackages'))('fetching a package', { timeout: 240_000 }, () => {
  it('never takes a half-finished fetch for a finished one', async () => {
    const cacheDir = await temporaryFolder();
    const child = spawn(process.execPath, ['--input-type=module', '--eval', FETCH], {
      env: { ...process.env, CACHE: cacheDir },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('downloading')) break;
    }
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    const left = await readdir(join(cacheDir, 'packages'));
    expect(left).toHaveLength(1);
    expect(left[0]).toMatch(/^\.unfinished-/);

    const fetched = await fetchDebianPackage({
      name: 'redis',
      packages: ['redis-server', 'redis-tools'],
      cacheDir,
      logger,
    });
    expect(await readdir(join(fetched.root, 'usr/bin'))).toContain('redis-server');
    expect(await readdir(join(cacheDir, 'packages'))).toEqual([expect.stringMatching(/^redis-/)]);
  });

  it('says in one sentence which package there is not', async () => {
    const fetching = fetchDebianPackage({
      name: 'nothing',
      packages: ['there-is-no-such-package'],
      cacheDir: inject('cacheDir'),
      logger,
    });
    await expect(fetching).rejects.toThrow(
      /^there-is-no-such-package could not be fetched .*Unable to locate package there-is-no-such-package\)\.$/,
    );
  });
});

it('finds the Redis of this machine or of the cache', async () => {
  expect((await findRedis(inject('cacheDir'), logger)).path).toMatch(/(redis|valkey)-server$/);
});
