import { loadavg } from 'node:os';
import { METHOD_VERSION } from '@brakelight/shared';
import { Command, InvalidArgumentError } from 'commander';
import { judgeTarget } from '../detection/judge-target.js';
import { DEFAULT_PARAMETERS } from '../detection/parameters.js';
import type { Unit } from '../detection/types.js';
import { targetUnits } from '../simulation/judge-load.js';
import { Random } from '../simulation/random.js';
import { wholeNumber } from './whole-number.js';

/**
 * `npm run bench:judge`: how fast one core judges. In the figures: everything from units in memory to verdicts, a target at
 * a time, as the judge does. Not in them: making the units, reading them from the store and parsing them, and writing what was
 * found. A cell is a network x target; the countries are judged too, and not counted. CPU time is this process's, user
 * and system, all its threads: other work on the machine changes it little.
 */

interface Options {
  cells: number[];
  hours: number;
  unitsPerHour: number;
  json: boolean;
}

/** One size of the fleet, measured. */
interface Measured {
  readonly cells: number;
  readonly targets: number;
  readonly units: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly cellsPerCpuSecond: number;
  readonly cpuMicrosecondsPerUnit: number;
  /** The most that the process has had so far, units included. */
  readonly peakMemoryMegabytes: number;
}

const COUNTRIES = 50;
/** A target has no more; a larger fleet has more targets. */
const MOST_CELLS_PER_TARGET = 2_000;
/** What one core is to judge within a minute. */
const FLEET_CELLS = 20_000;
const LATE_UNITS = 3;

const command = new Command('bench:judge')
  .description('Judges whole fleets from units in memory: cells per second, memory, growth, one late unit.')
  .option('--cells <list>', `sizes of the fleet, each a multiple of ${COUNTRIES}`, sizes, [500, 2000, 20_000])
  .option('--units-per-hour <n>', 'units of one cell an hour', wholeNumber(1), 20)
  .option('--hours <n>', 'hours of units that are judged', wholeNumber(1), 96)
  .option('--json', 'print one JSON object (else the same on several lines)', false)
  .configureOutput({ writeOut: (text) => process.stderr.write(text) })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

function sizes(text: string): number[] {
  const list = text.split(',').map(wholeNumber(1));
  const fits = (cells: number) =>
    cells <= MOST_CELLS_PER_TARGET ? cells % COUNTRIES === 0 : cells % MOST_CELLS_PER_TARGET === 0;
  if (list.every(fits)) return list;
  throw new InvalidArgumentError(
    `expected multiples of ${COUNTRIES}; beyond ${MOST_CELLS_PER_TARGET}, multiples of that`,
  );
}

function makeTarget(cells: number, options: Options, throttled: boolean): Unit[] {
  const { hours, unitsPerHour } = options;
  const load = { countries: COUNTRIES, networks: cells / COUNTRIES, hours, unitsPerHour, throttled };
  return targetUnits(load, new Random('bench', cells, `${throttled}`));
}

/** @returns CPU seconds, wall seconds */
function judge(units: readonly Unit[]): { cpu: number; wall: number } {
  const began = performance.now();
  const before = process.cpuUsage();
  judgeTarget(units, [], DEFAULT_PARAMETERS, (units.at(-1) as Unit).measuredAt);
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6, wall: (performance.now() - began) / 1000 };
}

/** All targets are quiet but the last, one of whose countries is throttled. */
function measure(cells: number, options: Options): Measured {
  const targets = Math.ceil(cells / MOST_CELLS_PER_TARGET);
  let target = makeTarget(cells / targets, options, targets === 1);
  let [units, cpu, wall] = [0, 0, 0];
  for (let i = 0; i < targets; i++) {
    process.stderr.write(`\r${cells} cells: target ${i + 1} of ${targets}   `);
    if (targets > 1 && i === targets - 1) target = makeTarget(cells / targets, options, true);
    const took = judge(target);
    units += target.length;
    cpu += took.cpu;
    wall += took.wall;
  }
  process.stderr.write('\n');
  return {
    cells,
    targets,
    units,
    wallSeconds: round(wall),
    cpuSeconds: round(cpu),
    cellsPerCpuSecond: Math.round(cells / cpu),
    cpuMicrosecondsPerUnit: round((cpu * 1e6) / units),
    peakMemoryMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

/** A unit that comes late makes its target dirty: the median of what judging the target again costs, CPU seconds. */
function lateUnit(cells: number, options: Options): { cells: number; cpuSeconds: number } {
  const target = makeTarget(cells, options, false);
  const times = Array.from({ length: LATE_UNITS }, (_, i) => {
    const at = Math.floor((target.length * (i + 1)) / (LATE_UNITS + 1));
    const like = target[at] as Unit;
    const late: Unit = { ...like, id: `${like.id} late`, subnet: 'late', owner: 'late', slow: true };
    return judge(target.toSpliced(at + 1, 0, late)).cpu;
  }).sort((a, b) => a - b);
  return { cells, cpuSeconds: round(times[LATE_UNITS >> 1] as number) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function main(): void {
  const options = command.parse().opts<Options>();
  // The compiler has seen the code before the clock runs.
  judge(makeTarget(COUNTRIES, options, true));
  const fleets = options.cells.map((cells) => measure(cells, options));
  const [first, last] = [fleets[0], fleets.at(-1)] as [Measured, Measured];
  const late = Math.min(MOST_CELLS_PER_TARGET, last.cells);
  const report = {
    methodVersion: METHOD_VERSION,
    parameters: {
      hours: options.hours,
      unitsPerCellAndHour: options.unitsPerHour,
      countriesPerTarget: COUNTRIES,
      mostCellsPerTarget: MOST_CELLS_PER_TARGET,
      node: process.version,
    },
    fleets,
    /** CPU time per unit of each size, as a multiple of the smallest's: 1 where cost is linear. */
    cpuPerUnitRatios: fleets.map((one) => round(one.cpuMicrosecondsPerUnit / first.cpuMicrosecondsPerUnit)),
    lateUnit: lateUnit(late, options),
    withinAMinute: {
      cells: FLEET_CELLS,
      cpuSeconds: round((last.cpuSeconds * FLEET_CELLS) / last.cells),
      measured: last.cells === FLEET_CELLS,
      reached: last.cpuSeconds * FLEET_CELLS <= 60 * last.cells,
    },
    loadAverage: loadavg().map(round),
  };
  process.stdout.write(`${JSON.stringify(report, null, options.json ? 0 : 2)}\n`);
}

main();
