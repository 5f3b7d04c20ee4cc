import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const DATA = resolve(process.env.BRAKELIGHT_DATA ?? resolve(ROOT, '../shared/data'), 'twitter-2021');
const COMMAND = resolve(ROOT, 'coordinator/dist/cli/backtest.js');
const FOUND = existsSync(DATA);
const PLAIN = ['--plain', '--trim', '0'];

interface Report {
  rows: { read: number; valid: number; rejected: Record<string, number> };
  cells: { asn: number; label: string; subnets: number; alarms: unknown[]; lifts: { at: string }[] }[];
  summary: Record<string, number>;
}

async function backtest(...options: string[]): Promise<Report> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [COMMAND, '--data', DATA, '--json', ...options], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Report;
}

describe.skipIf(!FOUND)(
  `backtest on the real event (skipped without ${DATA}; BRAKELIGHT_DATA names it)`,
  () => {
    it('finds every throttled ASN within a few units, and none that is clean', {
      timeout: 120_000,
    }, async () => {
      const { rows, summary, cells } = await backtest(...PLAIN);
      const rejected = Object.values(rows.rejected).reduce((sum, n) => sum + n, 0);
      expect(rows.valid + rejected).toBe(rows.read);
      expect(summary.found).toBe(summary.throttled);
      expect(summary.throttled).toBeGreaterThan(20);
      expect(summary.delayMedian).toBeLessThanOrEqual(5);
      expect(summary.delayP90).toBeLessThanOrEqual(20);
      expect(summary.cleanAlarms).toBe(0);
      expect(cells.flatMap(({ lifts }) => lifts).some(({ at }) => at >= '2021-05-17T13:40')).toBe(true);
    });

    it('finds them with the full method, too, a few units later', { timeout: 120_000 }, async () => {
      const { summary } = await backtest();
      expect(summary.missed).toEqual([]);
      expect(summary.delayMedian).toBeLessThanOrEqual(9);
      expect(summary.delayP90).toBeLessThanOrEqual(25);
      expect(summary.cleanAlarms).toBe(0);
    });

    it('is silent on a control in the place of the target', { timeout: 120_000 }, async () => {
      const { summary } = await backtest(...PLAIN, '--placebo', 'control_taco');
      expect((summary.alarms ?? 0) + (summary.countryAlarms ?? 0)).toBeLessThanOrEqual(1);
    });

    it.each(['outage:2021-03-20:20', 'congestion:8402:10'])(
      'hardly minds %s',
      { timeout: 120_000 },
      async (what) => {
        const plain = await backtest(...PLAIN, '--simulate', what);
        expect(plain.summary.extraAlarms).toBeLessThanOrEqual(what.startsWith('outage') ? 2 : 0);
        const full = await backtest('--simulate', what);
        expect(full.summary.extraAlarms).toBe(0);
      },
    );

    it.each([1, 2, 4])('does not believe %i liars in a clean ASN', { timeout: 120_000 }, async (liars) => {
      const { cells } = await backtest('--plain', '--simulate', `liars:12668:${liars}`);
      expect(cells.find(({ asn }) => asn === 12668)?.alarms).toEqual([]);
    });

    it('says why it refuses an option', async () => {
      const run = promisify(execFile);
      const failure = await run(process.execPath, [COMMAND, '--data', DATA, '--simulate', 'rain']).catch(
        (e) => e,
      );
      expect(failure.code).toBe(2);
      expect(failure.stderr).toContain('none of outage');
    });
  },
);
