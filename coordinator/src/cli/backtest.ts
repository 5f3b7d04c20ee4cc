import { stat } from 'node:fs/promises';
import { METHOD_VERSION } from '@brakelight/shared';
import cliProgress from 'cli-progress';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_PARAMETERS, type DetectionParameters } from '../detection/parameters.js';
import { sweep } from '../detection/sweep.js';
import type { Unit } from '../detection/types.js';
import { byTime } from '../detection/unit-order.js';
import { parseDuration } from '../duration.js';
import { REGISTERED_ABROAD, TARGET_4NDV } from '../imports/4ndv.js';
import { csvFiles, type RowCounts, readTests } from './backtest/load.js';
import { publicList, reportCells, summarize } from './backtest/report.js';
import { liars, parseSimulation, type Simulation, simulateTest } from './backtest/simulate.js';
import { UnitCollector } from './backtest/units.js';

/** `npm run backtest`: the production detection code over a data set, without a server. JSON on stdout. */

interface Options {
  data: string;
  placebo?: 'control_taco';
  unitPeriod: number;
  window: number;
  threshold: number;
  trim: number | 'auto';
  plain: boolean;
  simulate: Simulation | null;
  json: boolean;
}

const wholeNumber = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('expected a whole number');
  return number;
};

const command = new Command('backtest')
  .description('Runs the detector over a data set and prints what it would have said, as one JSON object.')
  .addOption(new Option('--format <name>', 'layout of the data').choices(['4ndv']).default('4ndv'))
  .requiredOption('--data <folder>', 'folder of CSV files (and folders of them)')
  .addOption(
    new Option('--placebo <column>', 'judge a control as if it were the target').choices(['control_taco']),
  )
  .option('--unit-period <duration>', 'period of a unit, ISO 8601', duration, 86_400_000)
  .option('--window <periods>', 'starts looked back on', wholeNumber, 96)
  .option('--threshold <A>', 'R at which an alarm is raised', threshold, 1e4)
  .option(
    '--trim <groups>',
    'groups left out: a number, or auto',
    (text) => (text === 'auto' ? text : wholeNumber(text)),
    'auto',
  )
  .option('--plain', 'leave out what is there for dependence (transition bounds, best period)', false)
  .option(
    '--simulate <what>',
    'outage:<date>:<factor> | congestion:<asn>:<factor> | liars:<asn>:<m>',
    simulation,
    null,
  )
  .option('--json', 'print everything as one JSON object (else the summary)', false)
  .configureOutput({ writeOut: (text) => process.stderr.write(text) })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1000)
    throw new InvalidArgumentError('expected a duration such as P1D or PT30M');
  return ms;
}

function threshold(text: string): number {
  const number = Number(text);
  if (!(number > 1)) throw new InvalidArgumentError('expected a number above 1');
  return number;
}

function simulation(text: string): Simulation {
  try {
    return parseSimulation(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

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
  const options = command.parse().opts<Options>();
  const parameters: DetectionParameters = {
    ...DEFAULT_PARAMETERS,
    periodMs: options.unitPeriod,
    windowPeriods: options.window,
    threshold: options.threshold,
    trim: options.trim,
    plain: options.plain,
  };
  if (!(await stat(options.data).catch(() => null))?.isDirectory()) {
    process.stderr.write(`backtest: ${options.data} is not a folder\n`);
    process.exit(1);
  }
  const files = await csvFiles(options.data);
  const counts: RowCounts = { read: 0, rejected: {} };
  const collector = new UnitCollector(options.unitPeriod);
  const original = new UnitCollector(options.unitPeriod);
  const bar = new cliProgress.SingleBar(
    { format: '{bar} {value} rows', noTTYOutput: false, stream: process.stderr },
    cliProgress.Presets.shades_classic,
  );
  bar.start(files.length * 500, 0);
  for await (const test of readTests(files, counts)) {
    if (counts.read % 1000 === 0) bar.update(Math.min(counts.read, bar.getTotal()));
    const seen = options.placebo === undefined ? test : placebo(test);
    if (seen === null) {
      counts.rejected['placebo-speed-not-above-zero'] =
        (counts.rejected['placebo-speed-not-above-zero'] ?? 0) + 1;
      continue;
    }
    collector.add(simulateTest(seen, options.simulate));
    if (options.simulate !== null) original.add(seen);
  }
  bar.stop();
  const plainUnits = collector.units();
  const units =
    options.simulate?.kind === 'liars'
      ? [...plainUnits, ...liars(plainUnits, options.simulate)].sort(byTime)
      : plainUnits;
  const found = run(units, parameters);
  const target = options.placebo === undefined ? TARGET_4NDV : options.placebo;
  const { cells, countries } = reportCells(found, parameters, target, collector.names, REGISTERED_ABROAD);
  const summary = {
    units: units.length,
    ...summarize(cells, countries),
    ...(options.placebo === undefined ? {} : { placeboUnits: units.length }),
    ...(options.simulate === null ? {} : { extraAlarms: extraAlarms(original.units(), units, parameters) }),
  };
  const result = {
    methodVersion: METHOD_VERSION,
    parameters: { ...parameters, placebo: options.placebo ?? null, simulate: options.simulate },
    rows: {
      read: counts.read,
      valid: collector.valid,
      rejected: { ...counts.rejected, ...(collector.invalid > 0 ? { 'slow-line': collector.invalid } : {}) },
    },
    cells,
    countries,
    publicList: publicList(found),
    summary,
  };
  process.stdout.write(`${JSON.stringify(options.json ? result : summary, null, options.json ? 0 : 2)}\n`);
}

/** The second control in the place of the target. */
function placebo<T extends { targetRateBps: number; placeboRateBps: number | null }>(test: T): T | null {
  return test.placeboRateBps === null ? null : { ...test, targetRateBps: test.placeboRateBps };
}

await main();
