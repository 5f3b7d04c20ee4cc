import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * Where fetched packages are kept: `$XDG_CACHE_HOME/brakelight`, else `~/.cache/brakelight`, else `cache` in the data
 * folder when there is no home or it cannot be written.
 */
export async function cacheFolder(env: NodeJS.ProcessEnv, dataDir: string): Promise<string> {
  const candidates = [
    env.XDG_CACHE_HOME ? join(env.XDG_CACHE_HOME, 'brakelight') : null,
    env.HOME ? join(env.HOME, '.cache', 'brakelight') : null,
  ];
  for (const candidate of candidates) {
    if (candidate === null || !candidate.startsWith('/')) continue;
    try {
      await mkdir(candidate, { recursive: true });
      await access(candidate, constants.W_OK | constants.X_OK);
      return candidate;
    } catch {
      // not ours to write; the next one
    }
  }
  const fallback = resolve(dataDir, 'cache');
  await mkdir(fallback, { recursive: true });
  return fallback;
}
