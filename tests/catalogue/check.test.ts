import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Catalogue } from '@brakelight/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { Platform } from './platforms.js';

const PROGRAM = fileURLToPath(new URL('../../coordinator/dist/cli/catalogue.js', import.meta.url));
const LOOPBACK = { TARGET_ALLOW_CIDR: '127.0.0.0/8,::1/128' };

interface Place {
  readonly platform: Platform;
  readonly file: string;
}

/** A platform with an object that its page links to and one that stands still, and a control. */
async function place(): Promise<Place> {
  const folder = await temporaryFolder();
  const platform = await Platform.start(folder);
  onTestFinished(() => platform.close());
  const { origin, things } = platform;
  things.set('/', { type: 'text/html', body: '<img src="\\/media\\/first.jpg">' });
  things.set('/media/first.jpg', { type: 'image/jpeg', body: Buffer.alloc(600_000) });
  things.set('/fixed.bin', { type: 'application/octet-stream', body: Buffer.alloc(700_000) });
  const page = `${origin}/`;
  const discover = { page, pick: 'src="([^"]{1,100}\\.jpg)"' };
  const object = (id: string, url: string, bytes: number, contentType: string) => ({
    id,
    url,
    bytes,
    contentType,
    ranges: true,
  });
  const catalogue: Catalogue = {
    version: '1',
    targets: [
      {
        id: 'chirp',
        name: 'Chirp',
        hosts: ['localhost'],
        objects: [
          { ...object('moving', page, 512_000, 'image/jpeg'), discover },
          object('fixed', `${origin}/fixed.bin`, 700_000, 'application/octet-stream'),
        ],
      },
    ],
    controls: [
      {
        id: 'plain',
        name: 'Plain',
        network: 'Plain',
        object: object('file', `${origin}/fixed.bin`, 700_000, 'application/octet-stream'),
      },
    ],
  };
  const file = join(folder, 'catalogue.json');
  await writeFile(file, JSON.stringify(catalogue));
  return { platform, file };
}

function run({ platform, file }: Place, args: string[], environment: Record<string, string> = LOOPBACK) {
  const env = {
    PATH: process.env.PATH,
    CATALOGUE_FILE: file,
    NODE_EXTRA_CA_CERTS: platform.caFile,
    ...environment,
  };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [PROGRAM, 'check', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

async function check(at: Place, ...args: string[]) {
  const { code, stdout, stderr } = await run(at, ['--json', ...args]);
  expect(stdout, stderr).not.toBe('');
  return { code, ...JSON.parse(stdout) };
}

const entryOf = (result: { entries: { entry: string }[] }, name: string) =>
  result.entries.find(({ entry }) => entry === name);

describe('npm run catalogue -- check', () => {
  it('finds an object by its page, writes where it is, and finds it again when it has moved', async () => {
    const at = await place();
    const { origin, things } = at.platform;
    const first = await check(at, '--write');
    expect(first).toMatchObject({ code: 0, version: '1', faults: 0, written: true });
    expect(entryOf(first, 'chirp/moving')).toEqual({
      entry: 'chirp/moving',
      url: `${origin}/media/first.jpg`,
      reachable: true,
      status: 206,
      bytes: 600_000,
      ranges: true,
      contentType: 'image/jpeg',
      families: expect.arrayContaining([4]),
      changed: ['url', 'bytes'],
      fault: null,
      note: null,
    });
    expect(entryOf(first, 'chirp/fixed')).toMatchObject({ changed: [], fault: null });
    const written = Catalogue.parse(JSON.parse(await readFile(at.file, 'utf8')));
    expect(written.version).toMatch(/^1\+checked\.\d{8}T\d{4}$/);
    expect(written.targets[0]?.objects[0]).toMatchObject({
      url: `${origin}/media/first.jpg`,
      bytes: 600_000,
      families: expect.arrayContaining([4]),
    });
    expect(entryOf(await check(at), 'chirp/moving')).toMatchObject({ changed: [], fault: null });

    things.delete('/media/first.jpg');
    things.set('/media/second.jpg', { type: 'image/png', body: Buffer.alloc(90_000), ranges: false });
    things.set('/', { type: 'text/html', body: '<img src="/media/second.jpg">' });
    expect(entryOf(await check(at), 'chirp/moving')).toMatchObject({
      url: `${origin}/media/second.jpg`,
      changed: ['url', 'bytes', 'ranges', 'contentType'],
      note: 'smaller than 512 kB',
    });
  });

  it('says what is wrong with an entry, and keeps what it has when it writes', async () => {
    const at = await place();
    const { things } = at.platform;
    things.set('/', { type: 'text/html', body: 'nothing of interest' });
    const before = JSON.parse(await readFile(at.file, 'utf8'));
    const lost = await check(at, '--write');
    expect(lost).toMatchObject({ code: 1, faults: 1, written: true });
    expect(entryOf(lost, 'chirp/moving')).toMatchObject({
      reachable: false,
      fault: 'cannot be found: the page has nothing that fits the pattern',
    });
    const after = JSON.parse(await readFile(at.file, 'utf8'));
    expect(after.targets[0].objects[0]).toEqual(before.targets[0].objects[0]);

    things.set('/fixed.bin', { type: '', body: '', location: 'https://elsewhere.example/fixed.bin' });
    const moved = await check(at, '--write');
    expect(entryOf(moved, 'plain/file')).toMatchObject({
      fault: 'answers 302 and points to https://elsewhere.example/fixed.bin',
    });
    expect(moved).toMatchObject({ code: 1, faults: 3, written: false });
    const { stdout, stderr } = await run(at, []);
    expect(stdout).toMatch(/^entry +reachable +size +ranges +type +changed +remark\n/);
    expect(stdout).toContain('0 of 3 entries can be measured with.');
    expect(stderr).toContain('is this machine online?');
  });

  it('reads no page without end', async () => {
    const at = await place();
    const body = Buffer.concat([Buffer.alloc(3_000_000, 32), Buffer.from('<img src="/media/first.jpg">')]);
    at.platform.things.set('/', { type: 'text/html', body });
    expect(entryOf(await check(at), 'chirp/moving')).toMatchObject({
      fault: 'cannot be found: the page has nothing that fits the pattern',
    });
  });

  it('goes to no private address: not by name, not by a literal on a page, not by redirect', async () => {
    const at = await place();
    const byName = await run(at, ['--json'], {});
    for (const { fault } of JSON.parse(byName.stdout).entries) {
      expect(fault).toMatch(/(127\.0\.0\.1|::1) is no public address/);
    }
    at.platform.things.set('/', { type: 'text/html', body: '<img src="https://10.0.0.1/a.jpg">' });
    expect(entryOf(await check(at), 'chirp/moving')).toMatchObject({
      fault: expect.stringContaining('10.0.0.1 is no public address'),
    });
    at.platform.things.set('/', { type: '', body: '', location: 'https://[::ffff:169.254.169.254]/' });
    expect(entryOf(await check(at), 'chirp/moving')).toMatchObject({
      fault: expect.stringMatching(/cannot be found: .* is no public address/),
    });
    at.platform.things.set('/', { type: '', body: '', location: 'http://localhost/' });
    expect(entryOf(await check(at), 'chirp/moving')).toMatchObject({
      fault: expect.stringContaining('is not https'),
    });
  });

  it('explains a wrong use', async () => {
    const at = await place();
    expect(await run(at, ['--nonsense'])).toMatchObject({ code: 2 });
    expect(await run(at, [], { TARGET_ALLOW_CIDR: 'home' })).toMatchObject({ code: 2 });
    await writeFile(at.file, '{');
    expect(await run(at, [])).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be used') });
  });
});
