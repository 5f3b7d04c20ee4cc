import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the operator's own key lies, unless the configuration gives one. */
export const adminKeyFile = (dataDir: string): string => join(dataDir, 'admin-key');

/**
 * The operator's own key: the configured one, else the one in the data folder, made on first use and readable by its
 * owner only. The local command line tools find it there.
 */
export async function openAdminKey(dataDir: string, configured: string | undefined): Promise<string> {
  if (configured !== undefined) return configured;
  const path = adminKeyFile(dataDir);
  const fresh = randomBytes(32).toString('base64url');
  try {
    await writeFile(path, `${fresh}\n`, { mode: 0o600, flag: 'wx' });
    return fresh;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readFile(path, 'utf8')).trim();
  }
}
