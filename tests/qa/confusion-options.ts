import { Command, InvalidArgumentError, Option } from 'commander';
import type { QaRow } from './row.js';
import { QA_TABLE } from './table.js';

export interface ConfusionOptions {
  readonly runs: number;
  readonly rows: readonly QaRow[];
  /** One JSON object on standard output instead of a table. */
  readonly json: boolean;
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('expected a number above 0');
}

/** Rows by name, or by a part that their names have in common; in the order of the table. */
export function rowsNamed(list: string): QaRow[] {
  const wanted = list.split(',').map((part) => part.trim());
  const chosen = wanted.map((part) => {
    const exact = QA_TABLE.filter(({ name }) => name === part);
    return exact.length > 0 ? exact : QA_TABLE.filter(({ name }) => part !== '' && name.includes(part));
  });
  const unknown = wanted.find((_, i) => chosen[i]?.length === 0);
  if (unknown !== undefined)
    throw new InvalidArgumentError(
      `no row is called "${unknown}"; there are:\n${QA_TABLE.map(({ name }) => `  ${name}`).join('\n')}`,
    );
  const all = new Set(chosen.flat());
  return QA_TABLE.filter((row) => all.has(row));
}

/** Reads the command line; on a mistake says which and exits with 2. */
export function readOptions(argv: readonly string[]): ConfusionOptions {
  const command = new Command('npm run bench:confusion --')
    .description(
      'Runs the rows of the QA table many times on the kernel bench and prints the confusion matrix.',
    )
    .option('--runs <number>', 'how often each row is run', count, 20)
    .addOption(
      new Option('--rows <names>', 'some of the rows: names, or parts of names, with commas between')
        .argParser(rowsNamed)
        .default([...QA_TABLE], 'all of them'),
    )
    .option('--json', 'one JSON object on standard output', false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  return command.parse([...argv], { from: 'user' }).opts<ConfusionOptions>();
}
