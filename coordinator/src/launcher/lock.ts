import { randomBytes } from 'node:crypto';
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isRunning, type ProcessIdentity, readIdentity } from './process-identity.js';

/** A lock that this process holds. */
export interface Lock {
  release(): Promise<void>;
}

/** Somebody else held the lock for as long as we were ready to wait. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
  readonly holder: ProcessIdentity;
  constructor(path: string, holder: ProcessIdentity) {
    super(`${path} is held by process ${holder.pid}`);
    this.holder = holder;
  }
}

/**
 * Takes a lock file that names its holder. The lock of a process that died, however it died, is free at once.
 * @param waitMs how long to wait for a living holder
 * @throws LockedError when the holder is still alive after that
 */
export async function acquireLock(path: string, waitMs: number): Promise<Lock> {
  await mkdir(dirname(path), { recursive: true });
  const mine = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  const deadline = performance.now() + waitMs;
  await writeFile(mine, JSON.stringify(identify(process.pid)), { mode: 0o600 });
  try {
    for (;;) {
      try {
        // A hard link appears with its contents, all or nothing, and only one wins.
        await link(mine, path);
        return { release: () => rm(path, { force: true }) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readIdentity(path);
      if (holder !== null && isRunning(holder)) {
        if (performance.now() >= deadline) throw new LockedError(path, holder);
        await delay(50);
      } else {
        await discardStale(path, mine);
      }
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** Takes a dead holder's lock away; puts it back when another process was quicker and it is a living one by now. */
async function discardStale(path: string, mine: string): Promise<void> {
  const aside = `${mine}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const holder = readIdentity(aside);
  if (holder !== null && isRunning(holder)) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
