import { loadavg } from 'node:os';
import { METHOD_VERSION } from '@brakelight/shared';
import { Command, InvalidArgumentError } from 'commander';
import { judgeTarget } from '../detection/judge-target.js';
import { DEFAULT_PARAMETERS } from '../detection/parameters.js';
import { quantile } from '../detection/statistics.js';
import type { Unit } from '../detection/types.js';
import { CELLS_PER_TARGET, targetUnits } from '../simulation/judge-load.js';
import { Random } from '../simulation/random.js';

/** `npm run bench:judge`: how fast one core judges, from units in memory; reading them from the store is not in it. */

interface Options {
  cells: number[];
  hours: number;
  unitsPerHour: number[];
  json: boolean;
}

/** One size, measured. */
interface Measured {
  readonly cells: number;
  readonly unitsPerHour: number;
  readonly units: number;
  readonly seconds: number;
  /** Of this process, user and system: what a busy machine does not change much. */
  readonly cpuSeconds: number;
  readonly cellsPerCpuSecond: number;
  readonly unitsPerCpuSecond: number;
  readonly peakMemoryMb: number;
}

/** Different targets that take turns; one of them has a throttled country. */
const VARIANTS = 10;
const LATE_UNITS = 7;

const command = new Command('bench:judge')
  .description('Judges whole fleets from units in memory: cells per second, memory, growth, one late unit.')
  .option('--cells <list>', 'sizes of the fleet', numbers, [500, 1000, 2000, 20_000])
  .option(
    '--units-per-hour <list>',
    'units of one cell an hour; the fleet is measured with the last',
    numbers,
    [5, 10, 20],
  )
  .option('--hours <n>', 'hours of units that are read', (text) => numbers(text)[0] as number, 96)
  .option('--json', 'print one JSON object (else a few lines)', false)
  .configureOutput({ writeOut: (text) => process.stderr.write(text) })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

function numbers(text: string): number[] {
  const list = text.split(',').map(Number);
  if (!list.every((number) => Number.isInteger(number) && number > 0)) {
    throw new InvalidArgumentError('expected whole numbers above 0, separated by commas');
  }
  return list;
}

function makeTargets(hours: number, unitsPerHour: number): Unit[][] {
  return Array.from({ length: VARIANTS }, (_, i) =>
    targetUnits({ hours, unitsPerHour, throttled: i === VARIANTS - 1 }, new Random('bench', i)),
  );
}

function judge(units: readonly Unit[]): void {
  judgeTarget(units, [], DEFAULT_PARAMETERS, (units.at(-1) as Unit).measuredAt);
}

function measure(targets: readonly Unit[][], cells: number, unitsPerHour: number): Measured {
  const count = Math.ceil(cells / CELLS_PER_TARGET);
  const began = performance.now();
  const cpu = process.cpuUsage();
  let units = 0;
  for (let i = 0; i < count; i++) {
    const target = targets[i % targets.length] as Unit[];
    units += target.length;
    judge(target);
    if (i % 10 === 0) process.stderr.write(`\r${cells} cells: target ${i + 1} of ${count}   `);
  }
  process.stderr.write('\n');
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  const judged = count * CELLS_PER_TARGET;
  return {
    cells: judged,
    unitsPerHour,
    units,
    seconds: round((performance.now() - began) / 1000),
    cpuSeconds: round(cpuSeconds),
    cellsPerCpuSecond: Math.round(judged / cpuSeconds),
    unitsPerCpuSecond: Math.round(units / cpuSeconds),
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/** A unit that comes late makes its target dirty: what judging it again costs, ms of one core. */
function lateUnit(target: readonly Unit[]): number {
  const times: number[] = [];
  for (let i = 0; i < LATE_UNITS; i++) {
    const like = target[Math.floor((target.length * (i + 1)) / (LATE_UNITS + 1))] as Unit;
    const late: Unit = { ...like, id: `late-${i}`, subnet: 'late', owner: 'late', slow: true };
    const cpu = process.cpuUsage();
    judge([...target, late]);
    const { user, system } = process.cpuUsage(cpu);
    times.push((user + system) / 1000);
  }
  return round(
    quantile(
      times.sort((a, b) => a - b),
      0.5,
    ),
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function main(): void {
  const options = command.parse().opts<Options>();
  const usual = options.unitsPerHour.at(-1) as number;
  const targets = makeTargets(options.hours, usual);
  // The compiler has seen the code before the clock runs.
  judge(targets[0] as Unit[]);
  const [smallest = CELLS_PER_TARGET] = options.cells;
  const byUnits = options.unitsPerHour.map((rate) =>
    measure(makeTargets(options.hours, rate), smallest, rate),
  );
  const byCells = options.cells.map((cells) => measure(targets, cells, usual));
  const ratios = (list: readonly Measured[]) =>
    list.slice(1).map((size, i) => {
      const before = list[i] as Measured;
      return { units: round(size.units / before.units), cpu: round(size.cpuSeconds / before.cpuSeconds) };
    });
  const largest = byCells.at(-1) as Measured;
  const report = {
    methodVersion: METHOD_VERSION,
    parameters: { hours: options.hours, cellsPerTarget: CELLS_PER_TARGET, node: process.version },
    byCells,
    byUnits,
    /** Linear where cpu grows as units do. */
    growth: { cells: ratios(byCells), unitsPerHour: ratios(byUnits) },
    lateUnitCpuMs: lateUnit(targets[0] as Unit[]),
    withinAMinute: {
      cells: largest.cells,
      cpuSeconds: largest.cpuSeconds,
      reached: largest.cpuSeconds <= 60,
    },
    loadAverage: loadavg().map(round),
  };
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${JSON.stringify(report, null, 2)}\n`);
}

main();
