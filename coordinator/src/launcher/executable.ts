import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Folders of system tools that an ordinary user's PATH often lacks. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/local/sbin'];

/**
 * Looks for a program on PATH.
 * @param names in order of preference
 * @param options.system also look where Debian keeps tools of the administrator (`nft`, `iptables`)
 * @returns its full path, or `null`
 */
export function findExecutable(names: readonly string[], options: { system?: boolean } = {}): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  if (options.system === true) folders.push(...SYSTEM_FOLDERS);
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        if (statSync(path).isFile()) return path;
      } catch {
        // not here
      }
    }
  }
  return null;
}
