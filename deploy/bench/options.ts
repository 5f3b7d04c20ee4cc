import { Command, InvalidArgumentError } from 'commander';
import { PARTS, type PartName } from './figures.js';

export interface BenchOptions {
  /** One JSON object on standard output instead of a table. */
  readonly json: boolean;
  readonly only: readonly PartName[];
  /** How often each thing is measured. */
  readonly runs: number;
  /** Tests of the run that looks for growing memory. */
  readonly tests: number;
}

function parts(text: string): PartName[] {
  return text.split(',').map((name) => {
    const part = PARTS.find((p) => p === name.trim());
    if (part) return part;
    throw new InvalidArgumentError(`"${name}" is none of: ${PARTS.join(', ')}`);
  });
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('expected a number above 0');
}

/** Reads the command line; on a mistake says which and exits with 2. */
export function readOptions(argv: readonly string[]): BenchOptions {
  const command = new Command('npm run bench:probe --')
    .description("The probe's accuracy, cost and weight, against references measured in the same run.")
    .option('--json', 'one JSON object on standard output', false)
    .option('--only <parts>', `some of: ${PARTS.join(', ')}`, parts, [...PARTS])
    .option('--runs <number>', 'how often each thing is measured', count, 5)
    .option('--tests <number>', 'tests of the run that looks for growing memory', count, 1_000)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  return command.parse([...argv], { from: 'user' }).opts<BenchOptions>();
}
