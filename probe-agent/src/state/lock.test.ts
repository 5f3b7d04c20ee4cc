import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holderOf, Lock, Locked } from './lock.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brakelight-'));
  path = join(folder, 'agent.lock');
});
afterEach(() => rm(folder, { recursive: true }));

describe('Lock', () => {
  it('is held by one', async () => {
    const lock = await Lock.take(path);
    expect(await holderOf(path)).toBe(process.pid);
    await expect(Lock.take(path)).rejects.toBeInstanceOf(Locked);
    await lock.release();
    expect(await holderOf(path)).toBeUndefined();
    await (await Lock.take(path)).release();
  });

  it('is taken from the dead', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    await writeFile(path, `${child.pid} 1 0011223344556677\n`);
    const lock = await Lock.take(path);
    expect(await lock.held()).toBe(true);
  });

  it.runIf(process.platform === 'linux')(
    'is taken from a process that only has the same number',
    async () => {
      await writeFile(path, `${process.pid} 1 0011223344556677\n`);
      expect(await holderOf(path)).toBeUndefined();
      await Lock.take(path);
    },
  );

  it('goes to one of many who find the same corpse', async () => {
    await writeFile(path, '999999999 1 0011223344556677\n');
    const takers = await Promise.allSettled(Array.from({ length: 8 }, () => Lock.take(path)));
    expect(takers.filter((t) => t.status === 'fulfilled')).toHaveLength(1);
  });

  it('is not released by who lost it', async () => {
    const lock = await Lock.take(path);
    await writeFile(path, 'somebody else');
    expect(await lock.held()).toBe(false);
    await lock.release();
    await expect(rm(path)).resolves.toBeUndefined();
  });
});
