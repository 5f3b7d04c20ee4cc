import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { addressIn, FAMILIES } from './addresses.js';
import type { KernelRule } from './censor-rules.js';
import type { DelayConfiguration } from './delay-relay.js';
import { DEFAULT_LINE, type KernelBenchOptions } from './options.js';
import { programFile } from './programs.js';
import type { Sandbox } from './sandbox.js';
import { CABLE, CABLE_ENDS, type ClientNetwork, serverAddress } from './topology.js';

/** The way to the servers: delay, jitter and loss, and the handshakes that a rule holds back. */
export class Cable {
  readonly #child: ChildProcess;
  readonly #answers: Interface;

  private constructor(child: ChildProcess, answers: Interface) {
    this.#child = child;
    this.#answers = answers;
  }

  static async lay(sandbox: Sandbox, configuration: DelayConfiguration): Promise<Cable> {
    const { child } = await sandbox.program(CABLE, programFile('delay-relay'), configuration);
    if (!child.stdout) throw new Error('the cable does not answer');
    return new Cable(child, createInterface({ input: child.stdout }));
  }

  /** Resolves when the new configuration is in force. */
  async configure(configuration: DelayConfiguration): Promise<void> {
    const configured = once(this.#answers, 'line');
    this.#child.stdin?.write(`${JSON.stringify(configuration)}\n`);
    await configured;
  }
}

/** What the cable does to each client and server, under these rules. */
export function delaysOf(
  { clients, sites }: Pick<KernelBenchOptions, 'clients' | 'sites'>,
  networks: readonly ClientNetwork[],
  rules: readonly KernelRule[],
): DelayConfiguration {
  return {
    ...CABLE_ENDS,
    clients: networks.map(({ name, prefixes }, i) => ({
      name,
      prefixes,
      oneWayMs: (clients[i]?.rttMs ?? DEFAULT_LINE.rttMs) / 2,
      jitterMs: clients[i]?.jitterMs ?? DEFAULT_LINE.jitterMs,
      loss: clients[i]?.loss ?? DEFAULT_LINE.loss,
    })),
    servers: Object.fromEntries(
      sites.flatMap(({ extraRttMs = 0 }, i) =>
        FAMILIES.map((family) => [addressIn(family, serverAddress(i)), extraRttMs / 2]),
      ),
    ),
    holds: rules.flatMap((r) =>
      'slowHandshake' in r
        ? [{ ...r.slowHandshake, ...(r.client === undefined ? {} : { client: r.client }) }]
        : [],
    ),
  };
}
