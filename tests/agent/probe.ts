import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DrawnArm, DrawnTest } from '@brakelight/shared';
import { ulid } from 'ulid';

const CLI = fileURLToPath(new URL('../../probe-agent/dist/cli.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command of the real agent. */
export class Running {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = once(child, 'close').then(([code, signal]) => {
      return { code, signal, stdout: this.stdout, stderr: this.stderr } as Ended;
    });
  }
}

/** One volunteer's machine: a state directory and the real command line as child processes. */
export class Probe {
  readonly home: string;
  readonly #env: Record<string, string>;
  readonly #running = new Set<Running>();

  private constructor(home: string, env: Record<string, string>) {
    this.home = home;
    this.#env = env;
  }

  static async create(env: Record<string, string> = {}): Promise<Probe> {
    return new Probe(await mkdtemp(join(tmpdir(), 'brakelight-agent-')), env);
  }

  start(...args: string[]): Running {
    const env = { PATH: process.env.PATH, BRAKELIGHT_HOME: join(this.home, 'state'), ...this.#env };
    const running = new Running(
      spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    this.#running.add(running);
    return running;
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  /** A command with `--json`; its one object. */
  async json(...args: string[]): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await this.run(...args, '--json');
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  spooled(): Promise<string[]> {
    return readdir(join(this.home, 'state', 'spool'));
  }

  /** Ends what still runs and removes the state directory. */
  async dispose(): Promise<void> {
    for (const { child } of this.#running) if (child.exitCode === null) child.kill('SIGKILL');
    await Promise.all([...this.#running].map((r) => r.ended));
    await rm(this.home, { recursive: true });
  }
}

/** A test of the platform channel whose two arms go to the same address. */
export function platformTest(url: string, change: Partial<DrawnTest> = {}): DrawnTest {
  const arm = (name: 'A' | 'B'): DrawnArm => ({
    arm: name,
    direction: 'download',
    url,
    connect: null,
    trust: { kind: 'web' },
    ladder: [96_000],
    ask: 'range',
  });
  return {
    id: ulid(),
    ticket: 'ticket',
    kind: 'platform',
    target: 'platform',
    // One control an address: that is how lists name them.
    control: `control-${Buffer.from(url).toString('hex').slice(-24)}`,
    deep: false,
    family: 4,
    arms: [arm('A'), arm('B')],
    drawnAt: new Date().toISOString(),
    ...change,
  };
}
