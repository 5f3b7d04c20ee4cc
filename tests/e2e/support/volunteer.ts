import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Program } from './program.js';

const run = promisify(execFile);
const CLI = fileURLToPath(import.meta.resolve('@brakelight/probe-agent/bundle/brakelight-probe'));

interface Said {
  readonly event: 'measured' | 'stored' | 'dropped' | 'polled' | 'ready' | 'waiting' | 'refused';
  readonly id?: string;
}

/** A volunteer's agent that runs as its person started it, and what it said with `--json`. */
export class Volunteer {
  readonly env: Readonly<Record<string, string>>;
  readonly #home: string;
  #program: Program | undefined;

  /** @param env what the machine of this volunteer is like: addresses, name server, certificates */
  constructor(home: string, env: Readonly<Record<string, string>>) {
    this.#home = home;
    this.env = { ...env, BRAKELIGHT_HOME: home };
  }

  /** Starts measuring by a line of shell, as it was printed. */
  async run(line: string, cwd: string): Promise<void> {
    const program = Program.start(['sh', '-c', line], { env: this.env, cwd });
    this.#program = program;
    await program.said(/"event":"polled"/);
  }

  /** Ids of all results it measured. */
  get measured(): Set<string> {
    return this.#ids('measured');
  }

  /** Ids of results that the coordinator told it are stored. */
  get stored(): Set<string> {
    return this.#ids('stored');
  }

  get dropped(): string[] {
    return [...this.#ids('dropped')];
  }

  /** Measured, and not yet known to be stored. */
  get waiting(): string[] {
    const { stored } = this;
    return [...this.measured].filter((id) => !stored.has(id));
  }

  spooled(): Promise<string[]> {
    return readdir(join(this.#home, 'spool'));
  }

  async status(): Promise<Record<string, unknown>> {
    const { stdout } = await this.#command('status', '--json');
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** One more round: measures, and delivers all that waits. @returns ids of what it measured */
  async once(): Promise<string[]> {
    const { stdout } = await this.#command('once', '--json');
    return (JSON.parse(stdout) as { results: { id: string }[] }).results.map(({ id }) => id);
  }

  /** Ends it, as Ctrl-C does, and waits for the agent itself, not only for what started it. */
  async stop(): Promise<void> {
    this.#program?.signalGroup('SIGTERM');
    await this.#program?.silent;
  }

  #ids(event: Said['event']): Set<string> {
    const said = (this.#program?.stdout ?? '').split('\n').filter((line) => line.endsWith('}'));
    const events = said.map((line) => JSON.parse(line) as Said).filter((one) => one.event === event);
    return new Set(events.map(({ id = '' }) => id));
  }

  #command(...args: string[]): Promise<{ stdout: string }> {
    return run(process.execPath, [CLI, ...args], { env: { ...process.env, ...this.env } });
  }
}
