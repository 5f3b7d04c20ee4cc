import { generateKeyPairSync, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { exportPublicKey, fingerprint, importPrivateKey } from '@brakelight/shared';

/** The coordinator's own secrets. They live in its data folder: losing them loses the fleet. */
export interface Keyring {
  /** Ed25519; its public half is pinned by every probe. */
  readonly signingKey: KeyObject;
  /** Base64, 32 raw bytes. */
  readonly publicKey: string;
  readonly fingerprint: string;
  /** Key of the subnet hash. */
  readonly subnetKey: Buffer;
  /** Key of the tickets of drawn tests. */
  readonly ticketKey: Buffer;
}

const MASTER_BYTES = 32;

/** Loads the keys under `dataDir`, or makes them. @throws where they cannot be read or written */
export async function openKeyring(dataDir: string): Promise<Keyring> {
  const folder = join(dataDir, 'keys');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pem = await loadOrCreate(join(folder, 'coordinator.pem'), () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
  const text = await loadOrCreate(join(folder, 'master.key'), () =>
    randomBytes(MASTER_BYTES).toString('base64'),
  );
  const master = Buffer.from(text, 'base64');
  if (master.length !== MASTER_BYTES)
    throw new Error(`${join(folder, 'master.key')} is damaged: restore it from a backup`);
  const derive = (label: string) => Buffer.from(hkdfSync('sha256', master, '', `brakelight ${label}`, 32));
  const signingKey = importPrivateKey(pem);
  const publicKey = exportPublicKey(signingKey);
  return {
    signingKey,
    publicKey,
    fingerprint: fingerprint(publicKey),
    subnetKey: derive('subnet'),
    ticketKey: derive('ticket'),
  };
}

/** Written whole or not at all, and never over a file that is there: `link` fails where the name is taken. */
async function loadOrCreate(path: string, create: () => string): Promise<string> {
  const existing = await readIfThere(path);
  if (existing !== undefined) return existing;
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(create());
    await file.sync();
  } finally {
    await file.close();
  }
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await unlink(draft);
  return readFile(path, 'utf8');
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
