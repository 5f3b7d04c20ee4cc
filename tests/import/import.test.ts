import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../deploy/dist/testbed/free-port.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { ADMIN_KEY, startTestCoordinator, type TestCoordinator } from '../wire/test-coordinator.js';
import { importInto, startImport } from './command.js';
import { HEADER, line, lines } from './rows.js';

const REAL_DATA = fileURLToPath(new URL('../../../shared/data/twitter-2021', import.meta.url));

async function coordinatorOfThisTest(): Promise<TestCoordinator> {
  const coordinator = await startTestCoordinator();
  onTestFinished(() => coordinator.close());
  return coordinator;
}

/** Writes the files into a folder of their own; a name may have folders in it. */
async function folderWith(files: Record<string, readonly string[]>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content.join('\n'));
  }
  return folder;
}

const stored = (coordinator: TestCoordinator) => coordinator.store.measurements.count('4ndv');

describe('importing a folder', () => {
  it('stores the good rows of every file below it and says why it refused the others', async () => {
    const coordinator = await coordinatorOfThisTest();
    const folder = await folderWith({
      '2021-03/20.csv': [
        HEADER,
        line(),
        line(),
        line(),
        line({ country: '' }),
        line({ control: '-16304.35' }),
        line({ target: '0' }),
        line({ asn: '' }),
        line({ at: 'a Tuesday' }),
        line({ address: '' }),
        'no,row,at,all',
        '',
        line({ at: '2093-03-20 10:05:00 UTC' }),
      ],
      'flat.csv': [HEADER, line({ target: '5000', name: '"Example, Net"' }), ''],
      'empty.csv': [HEADER],
      'other.csv': ['name,age', 'Ada,36'],
      'notes.txt': ['not for us'],
    });
    const environment = { ADMIN_KEY };
    const summary = await importInto(folder, environment, '--coordinator', coordinator.origin);
    expect(summary).toMatchObject({
      source: '4ndv',
      files: 4,
      rowsRead: 12,
      good: 5,
      new: 5,
      duplicates: 0,
      stored: 5,
      refused: 7,
      refusedByReason: {
        'control-speed-not-above-zero': 1,
        'target-speed-not-above-zero': 1,
        'no-asn': 1,
        'no-time': 1,
        'no-subnet': 1,
        unparseable: 1,
        'measuredAt is in the future': 1,
      },
    });
    expect(summary.refusedFiles).toEqual([
      { file: join(folder, 'other.csv'), reason: expect.stringContaining('no column') },
    ]);
    expect(await stored(coordinator)).toBe(5);
    const { data } = await coordinator.store.measurements.list({ source: '4ndv' }, { limit: 10 });
    expect(data.filter(({ country }) => country === null)).toHaveLength(1);
    expect(data.filter(({ targetRateBps }) => targetRateBps === 110_500)).toHaveLength(4);
    expect(JSON.stringify(data)).not.toContain('198.51.100');
    expect(await coordinator.wire.importNotify.wants('4ndv')).toBe(false);

    // Once more, and a part of it: nothing changes.
    const again = await importInto(folder, environment, '--coordinator', coordinator.origin);
    expect(again).toMatchObject({ good: 5, new: 0, duplicates: 5, stored: 5, judged: true });
    const part = await importInto(
      join(folder, '2021-03', '20.csv'),
      environment,
      '--coordinator',
      coordinator.origin,
    );
    expect(part).toMatchObject({ good: 4, new: 0, duplicates: 4, stored: 5 });
  });

  it('carries the wish to be told of incidents', async () => {
    const coordinator = await coordinatorOfThisTest();
    const folder = await folderWith({ '1.csv': [HEADER, line()] });
    await importInto(folder, { ADMIN_KEY }, '--coordinator', coordinator.origin, '--notify');
    expect(await coordinator.wire.importNotify.wants('4ndv')).toBe(true);
    await importInto(folder, { ADMIN_KEY }, '--coordinator', coordinator.origin);
    expect(await coordinator.wire.importNotify.wants('4ndv')).toBe(false);
  });

  it('prints a summary for people, progress on stderr', async () => {
    const coordinator = await coordinatorOfThisTest();
    const folder = await folderWith({ '1.csv': [HEADER, ...lines(1200), line({ asn: '' })] });
    const args = ['--format', '4ndv', '--coordinator', coordinator.origin, folder];
    const { code, stdout, stderr } = await startImport(args, { ADMIN_KEY }).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/rows read +1,201\n +refused +1 +no-asn: 1\n +good +1,200\n/);
    expect(stdout).toMatch(/stored +1,200/);
    expect(stderr).toContain('sending 0/1201 rows');
    expect(stderr).toContain('storing 1200/1200 rows');
  });
});

describe('an import that cannot begin', () => {
  it('says so in one sentence where no coordinator answers', async () => {
    const folder = await folderWith({ '1.csv': [HEADER, line()] });
    const port = await freePort();
    const data = await temporaryFolder();
    const { code, stdout, stderr } = await startImport(['--format', '4ndv', '--json', folder], {
      DATA_DIR: data,
      PORT: String(port),
    }).ended;
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `No coordinator answers at http://127.0.0.1:${port}. Start one with: npm start\n`,
    });
  });

  it('is not authorised without the right key', async () => {
    const coordinator = await coordinatorOfThisTest();
    const folder = await folderWith({ '1.csv': [HEADER, line()] });
    const args = ['--format', '4ndv', '--coordinator', coordinator.origin, folder];
    const wrong = await startImport(args, { ADMIN_KEY: 'not-the-key-of-that-operator' }).ended;
    expect(wrong).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('The API key is not known here'),
    });
    const none = await startImport(args, { DATA_DIR: await temporaryFolder() }).ended;
    expect(none).toMatchObject({ code: 4, stderr: expect.stringContaining('There is no admin key') });
  });

  it('explains a wrong use', async () => {
    const folder = await temporaryFolder();
    const run = (...args: string[]) => startImport(args, {}).ended;
    expect(await run(folder)).toMatchObject({ code: 2 });
    expect(await run('--format', 'ooni', folder)).toMatchObject({ code: 2 });
    expect(await run('--format', '4ndv', '--patience', 'long', folder)).toMatchObject({ code: 2 });
    expect(await run('--format', '4ndv', folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There are no CSV files'),
    });
    expect(await run('--format', '4ndv', join(folder, 'nowhere'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no folder'),
    });
  });
});

describe('the tests that people in Russia ran in March to May 2021', () => {
  it('are stored whole, and once', async ({ skip }) => {
    skip(!existsSync(REAL_DATA), `the data set is not at ${REAL_DATA}`);
    const coordinator = await coordinatorOfThisTest();
    const first = await importInto(REAL_DATA, { ADMIN_KEY }, '--coordinator', coordinator.origin);
    expect(first.good).toBe(first.rowsRead - first.refused);
    expect(first).toMatchObject({ new: first.good, duplicates: 0, stored: first.good });
    expect(await stored(coordinator)).toBe(first.good);
    const second = await importInto(REAL_DATA, { ADMIN_KEY }, '--coordinator', coordinator.origin);
    expect(second).toMatchObject({ good: first.good, new: 0, duplicates: first.good, stored: first.good });
  });
});
