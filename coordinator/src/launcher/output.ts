import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Logger } from 'pino';

/** Hands what an engine prints to the log, line by line, at `debug`. */
export function forwardOutput(child: ChildProcess, name: string, logger: Logger): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => logger.debug(`${name}: ${line}`));
  }
}
