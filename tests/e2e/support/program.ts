import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Variables of this process that it does not get. */
  readonly without?: readonly string[];
  readonly cwd?: string;
  /** Whether the test types; else there is nobody to ask. */
  readonly typed?: boolean;
}

/** How a program ended, and all that it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program in a process group of its own, as a shell starts it, with all that it says. */
export class Program {
  readonly child: ChildProcess;
  /** It ended; what it started may still run. */
  readonly ended: Promise<Ended>;
  /** Nobody is left who could say anything: neither it nor what it started. */
  readonly silent: Promise<unknown>;
  stdout = '';
  stderr = '';

  private constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.silent = once(child, 'close');
    this.ended = once(child, 'exit').then(async ([code, signal]) => {
      await sleep(100);
      return { code, signal, stdout: this.stdout, stderr: this.stderr } as Ended;
    });
  }

  static start(command: readonly [string, ...string[]], options: ProgramOptions = {}): Program {
    const [file, ...args] = command;
    const env: NodeJS.ProcessEnv = { ...process.env, ...options.env };
    for (const name of ['NODE_OPTIONS', 'NODE_ENV', 'VITEST', ...(options.without ?? [])]) delete env[name];
    return new Program(
      spawn(file, args, {
        env,
        cwd: options.cwd,
        detached: true,
        stdio: [options.typed ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      }),
    );
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  /** To this process alone. */
  signal(name: NodeJS.Signals): void {
    if (this.running) this.child.kill(name);
  }

  /** To the whole process group, as Ctrl-C on a terminal does. */
  signalGroup(name: NodeJS.Signals): void {
    if (this.running && this.child.pid !== undefined) process.kill(-this.child.pid, name);
  }

  /**
   * Waits until it has said something on either stream.
   * @throws Error with its last words when it ends or takes too long
   */
  async said(what: RegExp, timeoutMs = 120_000): Promise<RegExpExecArray> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const match = what.exec(this.stdout) ?? what.exec(this.stderr);
      if (match) return match;
      if (!this.running || performance.now() > deadline)
        throw new Error(
          `never said ${what} (${this.running ? 'still running' : `exit ${this.child.exitCode ?? this.child.signalCode}`}):\n` +
            `${this.stdout.slice(-2000)}\n${this.stderr.slice(-3000)}`,
        );
      await sleep(100);
    }
  }

  /** Ends it gently, and after `graceMs` not. */
  async stop(graceMs = 20_000): Promise<Ended> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    const ended = await this.ended;
    clearTimeout(timer);
    return ended;
  }
}
