import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { startImport } from './command.js';
import { CoordinatorProcess } from './coordinator-process.js';
import { HEADER, line, lines } from './rows.js';

/** So many that there is a middle to kill in. */
const GOOD = 40_000;

describe('an import during which first Redis and then the coordinator are killed', () => {
  it('ends with exactly the good rows stored, and judged', { timeout: 400_000 }, async () => {
    const folder = await temporaryFolder();
    const rows = [HEADER, ...lines(GOOD), line({ control: '-16304.35' }), line({ asn: '' })];
    await writeFile(join(folder, 'many.csv'), rows.join('\n'));
    const coordinator = await CoordinatorProcess.start();
    const storedNow = async () => (await coordinator.progress())?.stored ?? 0;
    const running = startImport(['--format', '4ndv', '--json', folder], { DATA_DIR: coordinator.dataDir });

    await until('some rows are stored', async () => (await storedNow()) > 0, 60_000);
    await coordinator.killRedis();
    const before = await until('it goes on', async () => (await coordinator.progress())?.stored, 60_000);
    await until('more rows are stored', async () => (await storedNow()) > before, 60_000);
    coordinator.kill();
    await until('the import waits', () => running.stderr().includes('No coordinator answers'), 60_000);
    coordinator.startAgain();

    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      rowsRead: GOOD + 2,
      good: GOOD,
      refused: 2,
      new: GOOD,
      stored: GOOD,
      judged: true,
    });
    expect(await coordinator.progress()).toMatchObject({ stored: GOOD, pending: 0 });
  });
});
