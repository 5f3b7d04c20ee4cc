import { writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, totalmem } from 'node:os';
import { METHOD_VERSION } from '@brakelight/shared';
import cliProgress from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_PARAMETERS } from '../detection/parameters.js';
import { DEFAULT_NOISE } from '../simulation/noise.js';
import type { ScenarioResult } from '../simulation/outcome.js';
import { delayPlot } from '../simulation/plot/picture.js';
import { simulate } from '../simulation/pool.js';
import type { Scenario } from '../simulation/scenario.js';
import { SCENARIOS } from '../simulation/scenarios.js';
import { scoreTable } from '../simulation/table.js';
import { cellsOf, type RunOptions } from '../simulation/target.js';
import { DEFAULT_LAYOUT } from '../simulation/world.js';
import { wholeNumber } from './whole-number.js';

/** `npm run simulate`: the production detector, and the rules people use today, in a world whose truth is known. */

/** One false alarm per 1,000 cell-days: 48 starts a day. */
const ONE_PER_1000_CELL_DAYS = 48_000;
/** A week to learn, and the first event with its time. */
const MIN_DAYS = 12;

/** One target of 20 cells and 90 days, with what waits to be collected. */
const BYTES_PER_THREAD = 2.5e9;

interface Options {
  cells: number;
  days: number;
  probes: number;
  seed: number;
  scenario?: Scenario[];
  threshold: number[];
  threads: number;
  plot?: string;
  list: boolean;
  json: boolean;
}

const HELP = `
One scenario of 1,000 cells and 90 days takes 20 to 60 minutes of one core, most where much is suspected; cells, days and
threads change that in proportion. Memory does not grow with the number of cells. A scenario's result is printed as soon as
it is there, and does not depend on the number of threads.

The picture of the README:
  npm run simulate -- --cells 40 --days 60 --plot docs/images/simulation.svg \\
    --scenario null,sticky,shock-1,shock-2,throttle-140k,throttle-1m,third-speed,half-speed`;

const command = new Command('simulate')
  .description('Simulates probes whose truth is known and prints what each rule makes of them.')
  .option('--cells <n>', 'cells (ASN x target), rounded up to whole targets', wholeNumber(1, 1_000_000), 1000)
  .option('--days <n>', 'days, of which the first 7 are for learning', wholeNumber(MIN_DAYS, 3650), 90)
  .option('--probes <n>', 'honest probes in each cell', wholeNumber(1, 1000), DEFAULT_LAYOUT.probesPerCell)
  .option('--seed <n>', 'whole number', wholeNumber(0), 1)
  .option('--scenario <names>', 'one or more, separated by commas, or all', scenarios)
  .option('--threshold <A...>', 'thresholds of the detector', thresholds, [ONE_PER_1000_CELL_DAYS])
  .option(
    '--threads <n>',
    'targets simulated at the same time, up to 2 GB each',
    wholeNumber(1, 256),
    threads(),
  )
  .option('--plot <file>', 'write a picture (SVG) of delay against false alarms')
  .option('--list', 'list the scenarios', false)
  .option('--json', 'print everything as one JSON object (else a table)', false)
  .addHelpText('after', HELP)
  .configureOutput({ writeOut: (text) => process.stderr.write(text) })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** One for each core, as far as memory goes. */
function threads(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / BYTES_PER_THREAD)));
}

function scenarios(text: string): Scenario[] {
  if (text === 'all') return [...SCENARIOS];
  return text.split(',').map((name) => {
    const scenario = SCENARIOS.find((known) => known.name === name);
    if (scenario === undefined) throw new InvalidArgumentError(`no scenario "${name}"; --list shows them`);
    return scenario;
  });
}

function thresholds(text: string): number[] {
  const numbers = text.split(',').map(Number);
  if (!numbers.every((number) => number > 1)) throw new InvalidArgumentError('expected numbers above 1');
  return numbers;
}

/** Cells done on stderr, each scenario's result as soon as it is there on stdout. */
async function run(
  chosen: readonly Scenario[],
  options: RunOptions,
  threads: number,
  told: (result: ScenarioResult) => void,
) {
  const bar = new cliProgress.SingleBar(
    {
      format: '{bar} {value}/{total} cells  {scenario}  {duration_formatted}, ETA {eta_formatted}',
      stream: process.stderr,
      noTTYOutput: true,
      notTTYSchedule: 30_000,
      etaBuffer: 20,
    },
    cliProgress.Presets.shades_classic,
  );
  const cells = chosen.reduce((sum, scenario) => sum + cellsOf(scenario, options), 0);
  bar.start(cells, 0, { scenario: '' });
  await simulate(chosen, options, threads, {
    target: (scenario, done) => bar.increment(done, { scenario: scenario.name }),
    scenario: told,
  });
  bar.stop();
}

async function main(): Promise<void> {
  const options = command.parse().opts<Options>();
  if (options.list) {
    const list = SCENARIOS.map(({ name, about }) => ({ name, about }));
    const width = Math.max(...list.map(({ name }) => name.length));
    const lines = list.map(({ name, about }) => `${name.padEnd(width)}  ${about}`);
    process.stdout.write(`${options.json ? JSON.stringify(list) : lines.join('\n')}\n`);
    return;
  }
  if (options.scenario === undefined)
    command.error("error: required option '--scenario <names>' not specified");
  const began = performance.now();
  const parameters: RunOptions = {
    cells: options.cells,
    days: options.days,
    seed: options.seed,
    layout: { ...DEFAULT_LAYOUT, probesPerCell: options.probes },
    noise: DEFAULT_NOISE,
    detection: DEFAULT_PARAMETERS,
    thresholds: options.threshold,
  };
  const results: ScenarioResult[] = [];
  const write = (text: string) => process.stdout.write(text);
  if (options.json) {
    const head = JSON.stringify({ methodVersion: METHOD_VERSION, parameters });
    write(`${head.slice(0, -1)},"scenarios":[`);
  }
  await run(options.scenario ?? [], parameters, options.threads, (result) => {
    if (options.json) write(`${results.length === 0 ? '' : ','}${JSON.stringify(result)}`);
    else write(scoreTable(result));
    results.push(result);
  });
  if (options.plot !== undefined) await writeFile(options.plot, delayPlot(results, parameters));
  const { user, system } = process.cpuUsage();
  const machine = {
    threads: options.threads,
    seconds: Math.round((performance.now() - began) / 100) / 10,
    cpuSeconds: Math.round((user + system) / 1e5) / 10,
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    loadAverage: loadavg().map((load) => Math.round(10 * load) / 10),
  };
  if (options.json) write(`],"machine":${JSON.stringify(machine)}}\n`);
}

await main();
