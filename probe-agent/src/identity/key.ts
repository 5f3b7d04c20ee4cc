import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { importPrivateKey } from '@brakelight/shared';
import { readIfThere, writeAtomic } from '../state/atomic-file.js';

/** The probe's Ed25519 key, from its file (PKCS #8 PEM, readable by its user only); `undefined` where there is none. */
export async function readKey(path: string): Promise<KeyObject | undefined> {
  const pem = await readIfThere(path);
  if (pem === undefined) return undefined;
  await chmod(path, 0o600);
  return importPrivateKey(pem);
}

/** The key of the file; made there when there is none. It never leaves this machine. */
export async function readOrMakeKey(path: string): Promise<KeyObject> {
  const existing = await readKey(path);
  if (existing) return existing;
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeAtomic(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return privateKey;
}
