import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';

export interface DemoOptions {
  /** Changes the whole world: places, lines, failures, who lies, who is throttled. */
  readonly seed: string;
  /** End after the lift was told, instead of leaving the world to be looked at. */
  readonly once: boolean;
  /** Print one JSON object as the last line of standard output. */
  readonly json: boolean;
  /** Port of the coordinator; 0 takes a free one. */
  readonly port: number;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('expected a port');
  return value;
}

/** Reads the command line; on a mistake says which and exits with 2. */
export function readOptions(argv: readonly string[]): DemoOptions {
  const command = new Command('npm run demo --')
    .description('A small world on this machine: it is throttled, detected, told, lifted.')
    .option('--seed <text>', 'changes all of the world', String(randomInt(1_000_000)))
    .option('--once', 'end after the lift was told; exit 0 only when everything expected happened', false)
    .option('--json', 'one JSON object as the last line of standard output', false)
    .option('--port <number>', 'port of the coordinator', port, 0)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  return command.parse([...argv], { from: 'user' }).opts<DemoOptions>();
}
