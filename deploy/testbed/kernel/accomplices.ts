import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CertificateAuthority } from '../certificates.js';
import { addressIn, endpoint, inBoth } from './addresses.js';
import type { KernelRule } from './censor-rules.js';
import { FAMILY_WORDS, type FamilyWords } from './family-words.js';
import type { DnsLiarConfiguration } from './programs/dns-liar.js';
import type { InterceptorConfiguration } from './programs/interceptor.js';
import { HTTPS_PORT, programFile } from './programs.js';
import type { Program, Sandbox } from './sandbox.js';
import type { KernelTools } from './tools.js';
import { type ClientNetwork, ROUTER } from './topology.js';
import { DNS_LIAR_PORT } from './write-rules.js';

const FIRST_INTERCEPT_PORT = 5400;

/** Where the interceptor waits for one client's connections to one server, in one family. */
interface Door {
  readonly tool: FamilyWords['tool'];
  readonly device: string;
  readonly client: string;
  readonly address: string;
  readonly port: number;
  readonly server: string;
}

/** The programs without which a rule is only a redirection: who lies about names, who answers with another key. */
export class Accomplices {
  readonly #sandbox: Sandbox;
  readonly #tools: KernelTools;
  readonly #clients: readonly ClientNetwork[];
  readonly #doors: readonly Door[];
  readonly #trusted: CertificateAuthority;
  #running: Program[] = [];

  /**
   * @param servers IPv4 addresses of all of them
   * @param trusted the authority that the clients trust
   */
  constructor(
    sandbox: Sandbox,
    tools: KernelTools,
    clients: readonly ClientNetwork[],
    servers: readonly string[],
    trusted: CertificateAuthority,
  ) {
    this.#sandbox = sandbox;
    this.#tools = tools;
    this.#clients = clients;
    this.#trusted = trusted;
    this.#doors = clients.flatMap(({ name, device, routerAddress }) =>
      FAMILY_WORDS.flatMap(({ family, tool }) =>
        servers.map((server, i) => ({
          tool,
          device,
          client: name,
          address: addressIn(family, routerAddress),
          port: FIRST_INTERCEPT_PORT + i,
          server: addressIn(family, server),
        })),
      ),
    );
  }

  /** Those that these rules need, in place of those before. */
  async replace(rules: readonly KernelRule[]): Promise<void> {
    for (const { child } of this.#running.splice(0)) await ended(child);
    await this.#startLiar(rules);
    await this.#startInterceptor(rules);
  }

  /** Shell commands that lead intercepted connections to their doors. */
  redirects(rules: readonly KernelRule[]): string {
    const interceptions = rules.filter((r) => 'intercept' in r);
    return this.#doors
      .filter(({ client }) => interceptions.some((r) => r.client === undefined || r.client === client))
      .map(
        ({ tool, device, address, port, server }) =>
          `${this.#tools[tool]} -t nat -A PREROUTING -i ${device} -p tcp -d ${server} --dport ${HTTPS_PORT} -j DNAT --to-destination ${endpoint(address, port)}`,
      )
      .join('\n');
  }

  async #startLiar(rules: readonly KernelRule[]): Promise<void> {
    const lies = rules.flatMap((r) => {
      if (!('dns' in r) || r.action.kind === 'silence') return [];
      return [
        { name: r.dns, reply: r.action.kind === 'forged' ? [r.action.address] : ('nxdomain' as const) },
      ];
    });
    if (lies.length === 0) return;
    const addresses = this.#clients.flatMap((c) => inBoth(c.routerAddress));
    const configuration: DnsLiarConfiguration = { addresses, port: DNS_LIAR_PORT, lies };
    this.#running.push(await this.#sandbox.program(ROUTER, programFile('dns-liar'), configuration));
  }

  async #startInterceptor(rules: readonly KernelRule[]): Promise<void> {
    const stranger = new CertificateAuthority('A stranger', Date.now());
    const impostors = rules.flatMap((r) => {
      if (!('intercept' in r)) return [];
      const { sni, trusted = false } = r.intercept;
      const credentials = (trusted ? this.#trusted : stranger).issue([sni, `*.${sni}`]);
      return [{ name: sni, credentials, status: trusted ? 200 : 403 }];
    });
    if (impostors.length === 0) return;
    const configuration: InterceptorConfiguration = {
      impostors,
      doors: this.#doors.map(({ address, port, server }) => ({ address, port, server })),
    };
    this.#running.push(await this.#sandbox.program(ROUTER, programFile('interceptor'), configuration));
  }
}

/** Ends one of the bench's own programs: its input is what it lives by. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.stdin?.end();
  await gone;
}
