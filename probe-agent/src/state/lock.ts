import { randomBytes } from 'node:crypto';
import { link, readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, readIfThere, removeIfThere } from './atomic-file.js';

/** How long a taken-over lock must stay ours before we believe it: two may find the same corpse at once. */
const SETTLE_MS = 100;

/** Another agent works on this state directory. */
export class Locked extends Error {
  readonly pid: number;
  constructor(pid: number) {
    super(`another agent (process ${pid}) uses this state directory`);
    this.name = 'Locked';
    this.pid = pid;
  }
}

/**
 * One agent per state directory. The lock is a file that names its holder (process id, and where the system tells it
 * the time the process began, so that a recycled id is not taken for a living holder). A dead holder's lock is
 * replaced.
 */
export class Lock {
  readonly #path: string;
  readonly #mark: string;

  private constructor(path: string, mark: string) {
    this.#path = path;
    this.#mark = mark;
  }

  /** @throws Locked */
  static async take(path: string): Promise<Lock> {
    const mark = `${process.pid} ${await birthOf(process.pid)} ${randomBytes(8).toString('hex')}\n`;
    const candidate = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
    await writeFile(candidate, mark, { mode: 0o600, flag: 'wx' });
    try {
      await link(candidate, path);
      return new Lock(path, mark);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const holder = await holderOf(path);
      if (holder !== undefined) throw new Locked(holder);
      await rename(candidate, path);
      await sleep(SETTLE_MS);
      const lock = new Lock(path, mark);
      if (!(await lock.held())) throw new Locked((await holderOf(path)) ?? 0);
      return lock;
    } finally {
      await removeIfThere(candidate);
    }
  }

  /** Whether it is still ours; asked again and again by who works long. */
  async held(): Promise<boolean> {
    return (await readIfThere(this.#path)) === this.#mark;
  }

  async release(): Promise<void> {
    if (await this.held()) await removeIfThere(this.#path);
  }
}

/** Process id of the living holder of a lock; `undefined` where nobody holds it. */
export async function holderOf(path: string): Promise<number | undefined> {
  const [pidText, birth] = ((await readIfThere(path)) ?? '').split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return undefined;
  }
  return (await birthOf(pid)) === birth ? pid : undefined;
}

/** Start time of a process in clock ticks since boot (proc(5), field 22); `-` where the system does not say. */
async function birthOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return '-';
  }
}
