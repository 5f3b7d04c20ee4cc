import { ConfigError } from '../config.js';
import { ContactError } from '../coordinator/errors.js';

/** Exit codes of the command line; scripts rely on them. */
export const EXIT = { ok: 0, failure: 1, usage: 2, consentMissing: 3, notAuthorised: 4 } as const;

/** Ends a command with a code and a sentence for its person. */
export class CommandEnd extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.name = 'CommandEnd';
    this.exitCode = exitCode;
  }
}

/** Exit code of whatever ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandEnd) return error.exitCode;
  if (error instanceof ConfigError) return EXIT.usage;
  if (error instanceof ContactError && error.code?.startsWith('consent-')) return EXIT.consentMissing;
  if (error instanceof ContactError && error.kind === 'unauthorised') return EXIT.notAuthorised;
  return EXIT.failure;
}
