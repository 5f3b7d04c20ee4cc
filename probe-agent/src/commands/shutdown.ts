import { EXIT } from './exit.js';

/** How long a running test may take to end after the first signal. */
const DEADLINE_MS = 5_000;

/**
 * Signal handling of a long command: the first SIGTERM or SIGINT aborts and leaves time to write down what there is,
 * the second ends the process at once.
 */
export function onShutdown(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.failure);
    controller.abort();
    setTimeout(() => process.exit(EXIT.ok), DEADLINE_MS).unref();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  return controller.signal;
}
