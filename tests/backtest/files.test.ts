import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** The command over folders that people might really give it: nothing of them is lost without a word. */

const COMMAND = resolve(import.meta.dirname, '../../coordinator/dist/cli/backtest.js');
const HEADER = 'datetime_rounded,anonymized_ip,asn,as_country,as_organization,test_result,control_result';
const COLUMNS = `${HEADER},control_taco_result`;

interface Report {
  rows: { read: number; valid: number; rejected: Record<string, number> };
  refusedFiles: { file: string; reason: string }[];
  cells: { country: string; state: string; units: number; alarms: unknown[] }[];
  summary: Record<string, number>;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backtest-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function backtest(...options: string[]): Promise<{ code: number; stderr: string; report: Report }> {
  return new Promise((done) => {
    execFile(process.execPath, [COMMAND, '--data', folder, '--json', ...options], (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : 0;
      done({ code, stderr, report: (stdout === '' ? null : JSON.parse(stdout)) as Report });
    });
  });
}

/** Thirty days of ten subnets in each of four countries; `slow` names those whose target crawls. */
function rows(slow: readonly string[]): string[] {
  const lines: string[] = [];
  for (let day = 1; day <= 30; day++) {
    for (const [c, country] of ['AA', 'BB', 'CC', 'DD'].entries()) {
      for (let subnet = 0; subnet < 10; subnet++) {
        const at = `2021-03-${String(day).padStart(2, '0')} ${String(subnet).padStart(2, '0')}:00:00 UTC`;
        const rate = slow.includes(country) ? 120 : 9000;
        lines.push(`${at},10.${c}.${subnet}.0,${64496 + c},${country},Example,${rate},9500,9400`);
      }
    }
  }
  return lines;
}

const write = (name: string, lines: readonly string[]) =>
  writeFile(join(folder, name), `${lines.join('\n')}\n`);

describe('backtest over a folder', () => {
  it('without a CSV file says so, and names what it cannot read', async () => {
    await writeFile(join(folder, 'a.csv.gz'), 'x');
    const { code, stderr } = await backtest();
    expect(code).toBe(1);
    expect(stderr).toContain('no CSV files');
  });

  it('refuses a file of another layout by its name, and goes on with the others', async () => {
    await write('a.csv', [COLUMNS, ...rows(['AA'])]);
    await write('b.csv', [HEADER, 'x']);
    await write('c.csv', []);
    await writeFile(join(folder, 'd.csv'), '');
    await writeFile(join(folder, 'e.csv.gz'), '');
    await symlink(join(folder, 'nowhere'), join(folder, 'f.csv'));
    const { code, stderr, report } = await backtest();
    expect(code).toBe(0);
    expect(report.refusedFiles.map(({ file, reason }) => [file.slice(-5), reason])).toEqual([
      ['b.csv', expect.stringContaining('no column control_taco_result')],
      ['c.csv', expect.stringContaining('no column')],
      ['d.csv', expect.stringContaining('empty')],
    ]);
    for (const file of ['b.csv is refused', 'e.csv.gz is not read', 'f.csv is not read']) {
      expect(stderr).toContain(file);
    }
    expect(report.rows).toEqual({ read: 1200, valid: 1200, rejected: {} });
  });

  it('of which no file is of the format fails, in words', async () => {
    await write('a.csv', ['a,b,c', '1,2,3']);
    const { code, stderr } = await backtest();
    expect(code).toBe(1);
    expect(stderr).toContain('a.csv is refused: not a file of the 4ndv format');
    expect(stderr).not.toContain('    at ');
  });

  it('counts every bad row by its reason', async () => {
    const good = rows(['AA']);
    const odd = [
      '2021-02-31 00:00:00 UTC,10.0.0.0,64496,AA,x,1,2,3',
      '2021-03-01 00:00:00 UTC,10.0.0.0,64496,AA,x,NaN,2,3',
      '2021-03-01 00:00:00 UTC,10.0.0.0,64496,AA,x,1e308,9000,3',
      '2021-03-01 00:00:00 UTC,10.0.0.0,64496,AA,x,100,-2,3',
      '2021-03-01 00:00:00 UTC,10.0.0.0,64496,AA,x,100,300,3',
      '2021-03-01 00:0',
      'x'.repeat(1_000_000),
    ];
    await writeFile(join(folder, 'a.CSV'), `\uFEFF${[COLUMNS, ...good, ...odd].join('\r\n')}`);
    const { report } = await backtest();
    expect(report.rows).toEqual({
      read: good.length + odd.length,
      valid: good.length,
      rejected: {
        'no-time': 1,
        'target-speed-not-above-zero': 2,
        'control-speed-not-above-zero': 1,
        'slow-line': 1,
        unparseable: 2,
      },
    });
  });

  it('says the same whatever the order of rows, and however often they are given', async () => {
    const lines = rows(['AA']);
    await write('a.csv', [COLUMNS, ...lines]);
    const once = await backtest();
    await write('a.csv', [COLUMNS, ...lines.toReversed(), ...lines]);
    const twice = await backtest();
    expect(once.report.cells.find(({ country }) => country === 'AA')?.alarms).toHaveLength(1);
    expect(twice.report.cells).toEqual(once.report.cells);
  });

  it('calls nothing normal that has nothing to be compared with', async () => {
    await write('a.csv', [COLUMNS, ...rows(['AA']).filter((line) => line.includes(',AA,'))]);
    const { report } = await backtest();
    expect(report.cells).toEqual([
      expect.objectContaining({ state: 'insufficient', units: 300, alarms: [] }),
    ]);
  });
});

describe('backtest with a simulation', () => {
  beforeEach(() => write('a.csv', [COLUMNS, ...rows([])]));

  it.each(['outage:2020-01-01:20', 'congestion:65000:10', 'liars:65000:1'])(
    '%s, which no test is part of, fails',
    async (what) => {
      const { code, stderr } = await backtest('--simulate', what);
      expect(code).toBe(1);
      expect(stderr).toContain('nothing to simulate');
    },
  );

  it('says how many liars the place can have, and raises no alarm for them', async () => {
    const { report } = await backtest('--simulate', 'liars:64496:50');
    expect(report.summary).toMatchObject({ liars: 2, alarms: 0, extraAlarms: 0 });
  });

  it('of an outage everywhere raises none either', async () => {
    const { report } = await backtest('--simulate', 'outage:2021-03-20:20');
    expect(report.summary).toMatchObject({ simulatedTests: 40, alarms: 0, countryAlarms: 0 });
  });
});
