import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { endingWithParent } from './ending-with-parent.js';

/** How one agent of a bench is set up. */
export interface AgentSetting {
  /** The agent's program: `probe-agent/dist/cli.js`. */
  readonly cli: string;
  /** Its state directory; its log is `agent.log` there. */
  readonly home: string;
  /** Source address of all it does. */
  readonly localAddress: string;
  /** `address:port,...` */
  readonly dnsServers: string;
  /** PEM file with the bench's CA. */
  readonly ca: string;
  /** Private networks that it may measure. */
  readonly targetAllowCidr: string;
  /** Bytes a day and a month, e.g. `10GB`: a bench measures in minutes what a volunteer measures in days. */
  readonly budget: string;
}

/** A started program, with the way to signal it. */
export interface Started {
  readonly child: ChildProcess;
  readonly signal: (name: NodeJS.Signals) => void;
}

/** How a program is started: on this machine, or inside a namespace. */
export type Launch = (
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  log: number,
) => Started;

/** Starts a program here; it ends with us, however we end. */
export const launchHere: Launch = (command, env, log) => {
  const [program, ...args] = endingWithParent(command);
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
  return { child, signal: (name) => void child.kill(name) };
};

const GRACE_MS = 5_000;

/** The real agent as a child process, as a volunteer runs it: `join`, then `run`. */
export class AgentProcess {
  readonly setting: AgentSetting;
  readonly #launch: Launch;
  #running: Started | undefined;

  constructor(setting: AgentSetting, launch: Launch) {
    this.setting = setting;
    this.#launch = launch;
  }

  /** Enrols with both consents. @throws Error when the agent says no; its words are in its log */
  async join(coordinator: string, token: string): Promise<void> {
    await mkdir(this.setting.home, { recursive: true });
    const { child } = await this.#start([
      'join',
      coordinator,
      '--token',
      token,
      '--accept',
      'platform,swap',
      '--yes',
    ]);
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`an agent could not join (exit ${code}); see ${this.#logFile}`);
  }

  /** Starts measuring. */
  async run(): Promise<void> {
    this.#running = await this.#start(['run']);
  }

  /** Exit code of a run that ended by itself; `null` while it runs. */
  get exitCode(): number | null {
    return this.#running?.child.exitCode ?? null;
  }

  /** Stops it gently, and after 5 s not. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (!running || running.child.exitCode !== null || running.child.signalCode !== null) return;
    const gone = once(running.child, 'exit');
    running.signal('SIGTERM');
    const timer = setTimeout(() => running.signal('SIGKILL'), GRACE_MS);
    await gone;
    clearTimeout(timer);
  }

  get #logFile(): string {
    return join(this.setting.home, 'agent.log');
  }

  async #start(args: readonly string[]): Promise<Started> {
    const { cli, home, localAddress, dnsServers, ca, targetAllowCidr, budget } = this.setting;
    const log = await open(this.#logFile, 'a');
    try {
      const env = {
        BRAKELIGHT_HOME: home,
        LOCAL_ADDRESS: localAddress,
        DNS_SERVERS: dnsServers,
        NODE_EXTRA_CA_CERTS: ca,
        TARGET_ALLOW_CIDR: targetAllowCidr,
        BUDGET_PER_DAY: budget,
        BUDGET_PER_MONTH: budget,
      };
      return this.#launch([process.execPath, cli, ...args], env, log.fd);
    } finally {
      await log.close();
    }
  }
}
