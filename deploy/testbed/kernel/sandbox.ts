import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Started } from '../agent-process.js';
import { type KernelTools, toolEnvironment } from './tools.js';

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One of the bench's own programs, and the line with which it said that it is up. */
export interface Program {
  readonly child: ChildProcess;
  readonly greeting: string;
}

/** A namespace by name; `undefined` is the sandbox's own. */
export type NamespaceName = string | undefined;

/**
 * The first process says its id as seen from outside, then waits for its input to end: when the bench's process goes,
 * however it goes, the input ends, this process ends, and the kernel kills all that lives in its PID namespace and drops
 * its network namespaces, links and rules.
 */
const FIRST_PROCESS = [
  'read -r pid rest < /proc/self/stat',
  'mount -t proc proc /proc && mount -t tmpfs none /run && mkdir -p /run/netns || exit 1',
  'echo "$pid"',
  'exec cat > /dev/null',
].join('\n');

/** User, PID, mount and network namespaces of our own: root inside, nobody outside, gone when closed. */
export class Sandbox {
  readonly #tools: KernelTools;
  readonly #holder: ChildProcess;
  readonly #pid: number;

  private constructor(tools: KernelTools, holder: ChildProcess, pid: number) {
    this.#tools = tools;
    this.#holder = holder;
    this.#pid = pid;
  }

  /** @throws Error with the kernel's words where it is not allowed */
  static async open(tools: KernelTools): Promise<Sandbox> {
    const flags = ['-Urnm', '--pid', '--fork', '--kill-child=KILL'];
    const holder = spawn(tools.unshare, [...flags, 'sh', '-c', FIRST_PROCESS], {
      env: toolEnvironment(tools),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const said = collect(holder);
    const pid = await firstLine(holder);
    if (!pid) throw new Error(`no sandbox: ${(await said).stderr.trim()}`);
    return new Sandbox(tools, holder, Number(pid));
  }

  /** Runs a shell script in the sandbox. @throws Error with the script's last words when it fails */
  async script(text: string, namespace?: NamespaceName): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(namespace, ['sh', '-es'], { input: text });
    if (exitCode !== 0) throw new Error(`the bench could not be built (exit ${exitCode}): ${stderr.trim()}`);
    return stdout;
  }

  /** Runs a command to its end. */
  async run(
    namespace: NamespaceName,
    command: readonly string[],
    options: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
  ): Promise<Finished> {
    const child = this.spawn(namespace, command, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin?.on('error', () => {}).end(options.input ?? '');
    return collect(child);
  }

  /** Starts a command. Its working directory is `/`. */
  spawn(
    namespace: NamespaceName,
    command: readonly string[],
    options: {
      readonly env?: Readonly<Record<string, string>>;
      readonly stdio?: ('ignore' | 'pipe' | number)[];
    } = {},
  ): ChildProcess {
    const { nsenter, ip } = this.#tools;
    const enter = ['-t', String(this.#pid), '-U', '--preserve-credentials', '-n', '-m', '-p'];
    const inside = namespace === undefined ? command : [ip, 'netns', 'exec', namespace, ...command];
    return spawn(nsenter, [...enter, ...inside], {
      env: { ...toolEnvironment(this.#tools), ...options.env },
      stdio: options.stdio ?? ['ignore', 'ignore', 'ignore'],
    });
  }

  /**
   * Starts one of the bench's own programs, given a configuration as its argument, and waits until it prints a line.
   * @throws Error with its last words when it ends before
   */
  async program(namespace: NamespaceName, file: string, configuration: unknown): Promise<Program> {
    const command = [process.execPath, file, JSON.stringify(configuration)];
    const child = this.spawn(namespace, command, { stdio: ['pipe', 'pipe', 'pipe'] });
    const said = collect(child);
    const greeting = await firstLine(child);
    if (greeting === undefined) throw new Error(`${file} did not start: ${(await said).stderr.trim()}`);
    return { child, greeting };
  }

  /** Kills everything inside and waits until it is gone. */
  async close(): Promise<void> {
    if (this.#holder.exitCode !== null || this.#holder.signalCode !== null) return;
    const gone = once(this.#holder, 'exit');
    this.#holder.stdin?.end();
    await gone;
  }
}

/** First line that a child prints; `undefined` when it ends without one. */
async function firstLine(child: ChildProcess): Promise<string | undefined> {
  if (!child.stdout) return undefined;
  const lines = createInterface({ input: child.stdout });
  const line = once(lines, 'line').then(([text]) => text as string);
  return Promise.race([line, once(lines, 'close').then(() => undefined)]);
}

function collect(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ exitCode: null, stdout, stderr: error.message }));
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/**
 * A command in the sandbox with a way to signal it: `nsenter` waits for the command outside and passes no signals on, so
 * they go to its child (same user as we are, seen from outside).
 */
export function started(child: ChildProcess): Started {
  return {
    child,
    signal: (name) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
      for (const pid of children.split(' ').filter(Boolean)) process.kill(Number(pid), name);
    },
  };
}
