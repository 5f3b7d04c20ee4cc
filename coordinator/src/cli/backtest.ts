import { stat } from 'node:fs/promises';
import { METHOD_VERSION } from '@brakelight/shared';
import cliProgress from 'cli-progress';
import { DEFAULT_PARAMETERS, type DetectionParameters } from '../detection/parameters.js';
import { sweep } from '../detection/sweep.js';
import type { Unit } from '../detection/types.js';
import { byTime } from '../detection/unit-order.js';
import { REGISTERED_ABROAD, TARGET_4NDV } from '../imports/4ndv.js';
import { listFiles, nothingYet, readTests } from './backtest/load.js';
import { readOptions } from './backtest/options.js';
import { publicList, reportCells, summarize } from './backtest/report.js';
import { concerns, liars, simulateTest } from './backtest/simulate.js';
import { UnitCollector } from './backtest/units.js';

/** `npm run backtest`: the production detection code over a data set, without a server. JSON on stdout. */

/** Alarms of the simulated run that the data as they are do not raise. */
function extraAlarms(
  units: readonly Unit[],
  changed: readonly Unit[],
  parameters: DetectionParameters,
): number {
  const crossings = (of: readonly Unit[]) => {
    const found = run(of, parameters);
    const keys = [...found.countries].flatMap(([country, { cell, asns }]) => [
      ...cell.alarms.map(() => country),
      ...[...asns].flatMap(([asn, { alarms }]) => alarms.map(() => `${country} ${asn}`)),
    ]);
    return new Map([...new Set(keys)].map((key) => [key, keys.filter((other) => other === key).length]));
  };
  const before = crossings(units);
  let extra = 0;
  for (const [key, count] of crossings(changed)) extra += Math.max(0, count - (before.get(key) ?? 0));
  return extra;
}

function run(units: readonly Unit[], parameters: DetectionParameters) {
  return sweep(units, [], parameters, units[0]?.period ?? 0, units.at(-1)?.period ?? 0);
}

async function main(): Promise<void> {
  const options = readOptions();
  const parameters: DetectionParameters = {
    ...DEFAULT_PARAMETERS,
    periodMs: options.unitPeriod,
    windowPeriods: options.window,
    threshold: options.threshold,
    trim: options.trim,
    plain: options.plain,
  };
  if (!(await stat(options.data).catch(() => null))?.isDirectory()) fail(`${options.data} is not a folder`);
  const { csv: files, others } = await listFiles(options.data);
  if (files.length === 0) fail(`there are no CSV files (*.csv) in ${options.data}`);
  for (const file of others) warn(`${file} is not read: no CSV file (*.csv)`);
  const pass = nothingYet();
  const { rows } = pass;
  const { simulate } = options;
  const collector = new UnitCollector(options.unitPeriod);
  const original = new UnitCollector(options.unitPeriod);
  let concerned = 0;
  const bar = new cliProgress.SingleBar(
    { format: '{bar} {value} rows', noTTYOutput: false, stream: process.stderr },
    cliProgress.Presets.shades_classic,
  );
  bar.start(files.length * 500, 0);
  for await (const test of readTests(files, pass)) {
    if (rows.read % 1000 === 0) bar.update(Math.min(rows.read, bar.getTotal()));
    const seen = options.placebo === undefined ? test : placebo(test);
    if (seen === null) {
      rows.rejected['placebo-speed-not-above-zero'] =
        (rows.rejected['placebo-speed-not-above-zero'] ?? 0) + 1;
      continue;
    }
    if (simulate === null) collector.add(seen);
    else {
      if (concerns(seen, simulate)) concerned++;
      collector.add(simulateTest(seen, simulate));
      original.add(seen);
    }
  }
  bar.stop();
  for (const { file, reason } of pass.refusedFiles) warn(`${file} is refused: ${reason}`);
  if (pass.refusedFiles.length === files.length) fail('none of the files is of the format');
  if (simulate !== null && concerned === 0) {
    fail(
      `nothing to simulate: no test is of ${simulate.kind === 'outage' ? simulate.date : `AS${simulate.asn}`}`,
    );
  }
  const honest = collector.units();
  const lies = simulate?.kind === 'liars' ? liars(honest, simulate) : [];
  const units = lies.length === 0 ? honest : [...honest, ...lies].sort(byTime);
  const found = run(units, parameters);
  const target = options.placebo === undefined ? TARGET_4NDV : options.placebo;
  const { cells, countries } = reportCells(found, parameters, target, collector.names, REGISTERED_ABROAD);
  const summary = {
    units: units.length,
    ...summarize(cells, countries),
    ...(options.placebo === undefined ? {} : { placeboUnits: units.length }),
    ...(simulate === null
      ? {}
      : {
          extraAlarms: extraAlarms(original.units(), units, parameters),
          ...(simulate.kind === 'liars'
            ? { liars: new Set(lies.map(({ subnet }) => subnet)).size, liarUnits: lies.length }
            : { simulatedTests: concerned }),
        }),
  };
  const result = {
    methodVersion: METHOD_VERSION,
    parameters: { ...parameters, placebo: options.placebo ?? null, simulate },
    rows: {
      read: rows.read,
      valid: collector.valid,
      rejected: { ...rows.rejected, ...(collector.invalid > 0 ? { 'slow-line': collector.invalid } : {}) },
    },
    refusedFiles: pass.refusedFiles,
    cells,
    countries,
    publicList: publicList(found),
    summary,
  };
  process.stdout.write(`${JSON.stringify(options.json ? result : summary, null, options.json ? 0 : 2)}\n`);
}

/** Says something on stderr, beside the report. */
function warn(what: string): void {
  process.stderr.write(`backtest: ${what}\n`);
}

/** Nothing can be reported: ends the process with 1. */
function fail(what: string): never {
  warn(what);
  process.exit(1);
}

/** The second control in the place of the target. */
function placebo<T extends { targetRateBps: number; placeboRateBps: number | null }>(test: T): T | null {
  return test.placeboRateBps === null ? null : { ...test, targetRateBps: test.placeboRateBps };
}

await main();
