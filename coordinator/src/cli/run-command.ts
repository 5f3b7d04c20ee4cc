import { type Command, CommanderError } from 'commander';
import { ConfigError } from '../config.js';
import { CatalogueError } from '../work/catalogue.js';
import { CommandError } from './client.js';

/**
 * Runs what the command line asks for. Its end has the exit code of the command line conventions: 1 failure, 2 usage or
 * configuration, 4 not authorised. What may happen to anybody is said in words, a fault of ours with its stack.
 * @param program `exitOverride` is set; commander has then said what is wrong with the usage
 */
export async function runCommand(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (!(error instanceof CommanderError)) process.stderr.write(`${wordsFor(error as Error)}\n`);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CommandError) return error.exitCode;
  return error instanceof ConfigError ? 2 : 1;
}

function wordsFor(error: Error): string {
  const foreseen = [CommandError, ConfigError, CatalogueError].some((kind) => error instanceof kind);
  // The system's own errors (no such file, no permission) have a code.
  return foreseen || 'code' in error ? error.message : (error.stack ?? error.message);
}
