import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../duration.js';
import { wholeNumber } from '../whole-number.js';
import { parseSimulation, type Simulation } from './simulate.js';

/** What `npm run backtest` was asked for. */
export interface Options {
  readonly data: string;
  readonly placebo?: 'control_taco';
  /** Milliseconds. */
  readonly unitPeriod: number;
  readonly window: number;
  readonly threshold: number;
  readonly trim: number | 'auto';
  readonly plain: boolean;
  readonly simulate: Simulation | null;
  readonly json: boolean;
}

/** Reads the command line; what is wrong with it is said on stderr, and the process ends with 2. */
export function readOptions(): Options {
  return new Command('backtest')
    .description('Runs the detector over a data set and prints what it would have said, as one JSON object.')
    .addOption(new Option('--format <name>', 'layout of the data').choices(['4ndv']).default('4ndv'))
    .requiredOption('--data <folder>', 'folder of CSV files (and folders of them)')
    .addOption(
      new Option('--placebo <column>', 'judge a control as if it were the target').choices(['control_taco']),
    )
    .option('--unit-period <duration>', 'period of a unit, ISO 8601', duration, 86_400_000)
    .option('--window <periods>', 'starts looked back on', wholeNumber(1), 96)
    .option('--threshold <A>', 'R at which an alarm is raised', threshold, 1e4)
    .option(
      '--trim <groups>',
      'groups left out: a number, or auto',
      (text) => (text === 'auto' ? text : wholeNumber(0)(text)),
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
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse()
    .opts<Options>();
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1000)
    throw new InvalidArgumentError('expected a duration such as P1D or PT30M');
  return ms;
}

function threshold(text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!(number > 1 && number < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError('expected a number above 1');
  }
  return number;
}

function simulation(text: string): Simulation {
  try {
    return parseSimulation(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
