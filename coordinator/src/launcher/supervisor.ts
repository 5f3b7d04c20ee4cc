import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { LauncherError } from './launcher-error.js';
import { identify, isRunning, readIdentity } from './process-identity.js';

/** How long an engine may take to write down what it has when it is asked to stop. */
const STOP_MS = 20_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** What a supervisor needs to know about its engine. */
export interface EngineProcess {
  /** For people: "Redis". */
  readonly name: string;
  /** Where the process's identity is kept, so that the next start finds a leftover. */
  readonly pidFile: string;
  /** Starts the process. */
  spawn(): ChildProcess;
  /** Resolves when it answers; rejects when it never will. Not called again after the process has ended. */
  ready(child: ChildProcess): Promise<void>;
}

/** Keeps one engine running: starts it, starts it again when it dies, stops it. */
export class Supervisor {
  readonly #engine: EngineProcess;
  readonly #logger: Logger;
  #child: ChildProcess | null = null;
  #stopping = false;
  #restarting: Promise<void> = Promise.resolve();

  constructor(engine: EngineProcess, logger: Logger) {
    this.#engine = engine;
    this.#logger = logger;
  }

  /** Process id of the engine while it runs. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /**
   * Ends what a killed predecessor left, then starts the engine.
   * @throws LauncherError when it does not come up
   */
  async start(): Promise<void> {
    await endLeftover(this.#engine.pidFile, this.#logger);
    await this.#launch();
  }

  /** Stops the engine and waits until it is gone; kills it when it takes too long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child !== null) await terminate(child);
    await this.#restarting;
    await rm(this.#engine.pidFile, { force: true });
  }

  async #launch(): Promise<void> {
    const { name, pidFile } = this.#engine;
    const child = this.#engine.spawn();
    this.#child = child;
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
    });
    if (child.pid !== undefined) {
      await mkdir(dirname(pidFile), { recursive: true });
      await writeFile(pidFile, JSON.stringify(identify(child.pid)));
    }
    try {
      await Promise.race([
        this.#engine.ready(child),
        ended.then((how) =>
          Promise.reject(new LauncherError(`${name} ended while it was starting (${how}).`)),
        ),
      ]);
    } catch (error) {
      await terminate(child);
      this.#child = null;
      throw error;
    }
    void ended.then((how) => {
      this.#child = null;
      if (this.#stopping) return;
      this.#logger.warn(`${name} died (${how}); starting it again with its data`);
      this.#restarting = this.#restart();
    });
  }

  async #restart(): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; !this.#stopping; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        await this.#launch();
        this.#logger.info(`${this.#engine.name} is back`);
        return;
      } catch (error) {
        this.#logger.error({ err: error }, `${this.#engine.name} could not be started again; trying on`);
        await delay(pause);
      }
    }
  }
}

/** Asks a process to stop, waits for its end, kills it after `STOP_MS`. */
async function terminate(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exit;
  clearTimeout(timer);
}

/** Waits for the engine of a predecessor that was killed; it may still be writing its last. */
async function endLeftover(pidFile: string, logger: Logger): Promise<void> {
  const identity = readIdentity(pidFile);
  if (identity === null || !isRunning(identity)) return;
  logger.info(`an engine of an earlier start still runs (process ${identity.pid}); waiting for its end`);
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(identity.pid, name);
    } catch {
      // it is gone
    }
  };
  signal('SIGTERM');
  const deadline = performance.now() + STOP_MS;
  while (isRunning(identity)) {
    if (performance.now() > deadline) signal('SIGKILL');
    await delay(50);
  }
}
