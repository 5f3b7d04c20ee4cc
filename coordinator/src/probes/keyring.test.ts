import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyring } from './keyring.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brakelight-keyring-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the keyring', () => {
  it('is the same at every start, and another in another folder', async () => {
    const first = await openKeyring(folder);
    const again = await openKeyring(folder);
    expect(again).toMatchObject({ publicKey: first.publicKey, fingerprint: first.fingerprint });
    expect(again.subnetKey.equals(first.subnetKey)).toBe(true);
    expect(first.subnetKey.equals(first.ticketKey)).toBe(false);
    const other = await openKeyring(join(folder, 'other'));
    expect(other.publicKey).not.toBe(first.publicKey);
    expect(other.subnetKey.equals(first.subnetKey)).toBe(false);
  });

  it('is for its owner alone, and leaves nothing else behind', async () => {
    await openKeyring(folder);
    const names = await readdir(join(folder, 'keys'));
    expect(names.sort()).toEqual(['coordinator.pem', 'master.key']);
    for (const name of names) expect((await stat(join(folder, 'keys', name))).mode & 0o077).toBe(0);
  });

  it('is one keyring also when two open it at once', async () => {
    const [one, two] = await Promise.all([openKeyring(folder), openKeyring(folder)]);
    expect(one.publicKey).toBe(two.publicKey);
    expect(one.subnetKey.equals(two.subnetKey)).toBe(true);
  });

  it('is never replaced where it is damaged', async () => {
    await openKeyring(folder);
    await writeFile(join(folder, 'keys', 'master.key'), 'short');
    await expect(openKeyring(folder)).rejects.toThrow(/damaged/);
  });
});
