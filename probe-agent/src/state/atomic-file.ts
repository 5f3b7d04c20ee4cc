import { randomBytes } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Suffix of a file that is being written; what carries it after a crash is rubbish. */
export const UNFINISHED = '.tmp';

/**
 * Writes a whole file or nothing: a temporary file beside it, fsync, rename, fsync of the folder. After the promise
 * resolves the content survives kill -9 and a power cut. Readers see the old content or the new, never a part.
 * Private to the user.
 * @param sync `false` for what may be lost in a power cut (never in a kill -9): spares cheap flash
 */
export async function writeAtomic(path: string, content: string, sync = true): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}${UNFINISHED}`;
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(content);
      if (sync) await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await unlink(unfinished).catch(() => {});
    throw error;
  }
  if (sync) await syncFolder(dirname(path));
}

/** Makes renames and deletions in a folder last. Where the system cannot sync a folder, its own order must do. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!['EISDIR', 'EINVAL', 'EPERM', 'EACCES'].includes(codeOf(error) ?? '')) throw error;
  }
}

/** Content of a file; `undefined` where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Deletes a file; says whether there was one. */
export async function removeIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** `code` of a system error. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
