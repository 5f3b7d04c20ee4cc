import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../config.js';
import { loadCatalogue } from './catalogue.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brakelight-catalogue-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(url: string, allow: string[] = []) {
  const object = { id: 'file', url, bytes: 1000, contentType: 'image/png', ranges: true };
  const file = join(folder, 'catalogue.json');
  const target = { id: 'chirp', name: 'Chirp', hosts: ['chirp.example'], objects: [object] };
  const control = { id: 'plain', name: 'Plain', network: 'Plain', object };
  await writeFile(file, JSON.stringify({ version: '1', targets: [target], controls: [control] }));
  return loadCatalogue(file, allow);
}

describe('the catalogue', () => {
  it('that is shipped can be used', async () => {
    const catalogue = await loadCatalogue(loadConfig({}).work.catalogueFile, []);
    expect(new Set(catalogue.controls.map((control) => control.network)).size).toBeGreaterThanOrEqual(2);
  });

  it.each([
    'https://127.0.0.1/x',
    'https://0x7f.1/x',
    'https://[::1]/x',
    'https://10.0.0.1/x',
    'https://[::ffff:10.0.0.1]/x',
  ])('refuses the private address %s, each place named', async (url) => {
    await expect(load(url)).rejects.toThrow(/chirp\/file.*\n.*plain\/file/);
  });

  it('takes private addresses that the operator names, and no plain http', async () => {
    await expect(load('https://127.0.0.1/x', ['127.0.0.0/8'])).resolves.toMatchObject({ version: '1' });
    await expect(load('http://chirp.example/x')).rejects.toThrow(/cannot be used as a catalogue/);
  });

  it('says which file is missing or broken', async () => {
    await expect(loadCatalogue(join(folder, 'none.json'), [])).rejects.toThrow(/none\.json/);
  });
});
