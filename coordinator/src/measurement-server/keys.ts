import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The server's two keys: the one it uses, and the one that probes already know as its successor. */
export interface ServerKeys {
  readonly current: KeyObject;
  readonly next: KeyObject;
}

/**
 * Reads the keys of a folder and makes those that are missing (mode 600). To change keys, an operator renames
 * `next.pem` to `current.pem` and starts again: the pins of both are already known, and a new successor is made.
 */
export async function loadKeys(folder: string): Promise<ServerKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    current: await loadKey(join(folder, 'current.pem')),
    next: await loadKey(join(folder, 'next.pem')),
  };
}

async function loadKey(file: string): Promise<KeyObject> {
  try {
    return createPrivateKey(await readFile(file));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  return privateKey;
}

/** SHA-256 over the SubjectPublicKeyInfo, base64: what probes are told to expect. */
export function pinOf(key: KeyObject): string {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}
