import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock, LockedError } from './lock.js';
import { identify, isRunning } from './process-identity.js';

describe('acquireLock', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brakelight-lock-'));
    path = join(folder, 'lock');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('lets one in, and the next when it is released', async () => {
    const first = await acquireLock(path, 0);
    await expect(acquireLock(path, 100)).rejects.toMatchObject({ holder: { pid: process.pid } });
    const second = acquireLock(path, 10_000);
    await first.release();
    await (await second).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('lets exactly one of many in, over the lock of a dead process', async () => {
    const dead = spawn('true');
    const identity = identify(dead.pid ?? 0);
    await once(dead, 'exit');
    await writeFile(path, JSON.stringify(identity));
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => acquireLock(path, 0)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(LockedError);
    }
  });

  it.each(['', '{', '[]', '{"pid":"1"}', '{"pid":-5,"startedAt":""}', 'null'])(
    'is not held by %j',
    async (text) => {
      await writeFile(path, text);
      await (await acquireLock(path, 0)).release();
    },
  );

  it('tells a process from a later one with the same id', () => {
    const me = identify(process.pid);
    expect(isRunning(me)).toBe(true);
    expect(isRunning({ ...me, startedAt: `${me.startedAt}0` })).toBe(false);
  });
});
