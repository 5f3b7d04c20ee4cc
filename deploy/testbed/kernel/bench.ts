import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AddressFamily, type DrawnTest, TestResult } from '@brakelight/shared';
import type { Launch, Started } from '../agent-process.js';
import { CertificateAuthority } from '../certificates.js';
import { Accomplices } from './accomplices.js';
import { addressIn, endpoint } from './addresses.js';
import { Cable, delaysOf } from './cable.js';
import type { KernelRule } from './censor-rules.js';
import { type Counters, countersOf, dropsOf, type Traffic } from './counters.js';
import { openDoor } from './door.js';
import { FarEnd, type MeasurementEndpoint } from './far-end.js';
import { DEFAULT_LINE, type KernelBenchOptions } from './options.js';
import { programFile } from './programs.js';
import { type Finished, Sandbox, started } from './sandbox.js';
import { type KernelTools, SYSTEM_TOOLS } from './tools.js';
import {
  type ClientNetwork,
  clientNetwork,
  DNS_ADDRESS,
  lineScript,
  OFFICE,
  OFFICE_ADDRESS,
  ROUTER,
  SERVER_NETWORKS,
  SERVERS,
  topologyScript,
} from './topology.js';
import { type RouterSide, writeRules } from './write-rules.js';

/**
 * A censor that works on real packets, without privileges: clients, a router that inspects ClientHellos and drops,
 * queues, resets or lies, a cable with delay and loss, servers. Everything lives in namespaces that vanish with it.
 * Runs from the built files (its helpers are programs).
 */
export class KernelBench {
  /** Signs what the bench's clients trust. */
  readonly ca: CertificateAuthority;
  /** PEM of the CA, for `NODE_EXTRA_CA_CERTS` or `curl --cacert`. */
  readonly caFile: string;
  readonly dnsServers: string = dnsIn(4);
  readonly dnsServers6: string = dnsIn(6);
  /** Where a coordinator may stand: no line, no censor. */
  readonly office: string = OFFICE_ADDRESS;
  readonly #options: KernelBenchOptions;
  readonly #tools: KernelTools;
  readonly #sandbox: Sandbox;
  readonly #folder: string;
  readonly #clients: readonly ClientNetwork[];
  readonly #closers: (() => Promise<unknown>)[] = [];
  readonly #farEnd: FarEnd;
  readonly #accomplices: Accomplices;
  #cable: Cable | undefined;

  private constructor(options: KernelBenchOptions, sandbox: Sandbox, folder: string) {
    this.#options = options;
    this.#tools = options.tools ?? SYSTEM_TOOLS;
    this.#sandbox = sandbox;
    this.#folder = folder;
    this.ca = new CertificateAuthority('Brakelight bench CA', Date.now());
    this.caFile = join(folder, 'ca.pem');
    this.#clients = options.clients.map((c, i) =>
      clientNetwork(c.name, i + 1, c.subnets ?? DEFAULT_LINE.subnets),
    );
    this.#farEnd = new FarEnd(sandbox, options.sites, options.extraServers ?? 0);
    this.#accomplices = new Accomplices(sandbox, this.#tools, this.#clients, this.#farEnd.addresses, this.ca);
  }

  /** @throws Error that says which step the machine refused; nothing is left behind then */
  static async start(options: KernelBenchOptions): Promise<KernelBench> {
    const folder = await mkdtemp(join(tmpdir(), 'brakelight-bench-'));
    let bench: KernelBench | undefined;
    try {
      bench = new KernelBench(options, await Sandbox.open(options.tools ?? SYSTEM_TOOLS), folder);
      await bench.#build();
      return bench;
    } catch (error) {
      await (bench ? bench.close() : rm(folder, { recursive: true }));
      throw error;
    }
  }

  /** IPv4 addresses for the caller's own servers in the namespace `servers`. */
  get extraAddresses(): readonly string[] {
    return this.#farEnd.extraAddresses;
  }

  /** Address of the site with this apex. */
  siteAddress(name: string, family: AddressFamily = 4): string {
    return this.#farEnd.siteAddress(name, family);
  }

  /** A client's IPv4 addresses, one in each of its subnets. */
  addresses(client: string): readonly [string, ...string[]] {
    return this.#client(client).addresses;
  }

  /** The network database of the bench (`prefix,asn,country,org`), with each client at the place it is given. */
  networkCsv(places: Readonly<Record<string, { readonly asn: number; readonly country: string }>>): string {
    const rows = Object.entries(places).flatMap(([client, { asn, country }]) =>
      this.addresses(client).map(
        (a) => `${a.replace(/\d+$/, '0')}/24,${asn},${country},Bench network ${asn}`,
      ),
    );
    return `prefix,asn,country,org\n${rows.join('\n')}\n`;
  }

  /** Runs a command in a client's namespace, or in `servers` or `office`, to its end. */
  run(
    namespace: string,
    command: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Finished> {
    return this.#sandbox.run(namespace, command, { env });
  }

  /** Starts a command there; it is killed when the bench is closed, if not before. */
  spawn(
    namespace: string,
    command: readonly string[],
    env: Readonly<Record<string, string>>,
    stdio: ('ignore' | 'pipe' | number)[],
  ): Started {
    return started(this.#sandbox.spawn(namespace, command, { env, stdio }));
  }

  /** For {@link AgentProcess}: starts agents in a client's namespace. */
  launcher(namespace: string): Launch {
    return (command, env, log) => this.spawn(namespace, command, env, ['ignore', log, log]);
  }

  /** Puts these rules into force in place of those before. Marked connections keep what they are marked with. */
  async impose(rules: readonly KernelRule[]): Promise<void> {
    const clients = this.#clients.map((c): RouterSide => c);
    await this.#accomplices.replace(rules);
    const { shell, nft } = writeRules(rules, clients, this.#tools);
    await this.#sandbox.script(
      `${shell}\n${this.#accomplices.redirects(rules)}\n${this.#tools.nft} -f - <<'END'\n${nft}END\n`,
      ROUTER,
    );
    await this.#cable?.configure(delaysOf(this.#options, this.#clients, rules));
  }

  /** Changes a client's line while it is in use. */
  async setLine(client: string, downKbps: number, upKbps: number): Promise<void> {
    await this.#sandbox.script(lineScript(this.#tools, this.#client(client), downKbps, upKbps));
  }

  /** What crossed the client's interface since it was made. */
  async counters(client: string): Promise<Counters> {
    const text = await this.#sandbox.script(`${this.#tools.ip} -s -j link show eth0`, client);
    return countersOf(text);
  }

  /** Packets and bytes that each police rule dropped, in the order of the rules. */
  async dropped(): Promise<Traffic[]> {
    return dropsOf(await this.#sandbox.script(`${this.#tools.nft} list counters table inet censor`, ROUTER));
  }

  /** Opens a port on this machine's loopback that leads to an address inside; for a test that talks to a coordinator there. */
  async expose(namespace: string, address: string, port: number): Promise<number> {
    const socket = join(this.#folder, `door-${address}-${port}.sock`);
    const door = await openDoor(this.#sandbox, namespace, { socket, address, port });
    this.#closers.push(async () => door.close());
    return door.port;
  }

  /** Starts the project's measurement server at the first of the extra addresses, with keys of its own. */
  startMeasurementServer(family: AddressFamily = 4): Promise<MeasurementEndpoint> {
    return this.#farEnd.startMeasurementServer(family, this.#folder);
  }

  /**
   * Runs tests one after another with the agent's measurement engine in a client's namespace. Names are asked for in the
   * first test's family.
   * @throws Error with the engine's last words when it does not return them all
   */
  async measure(client: string, tests: readonly DrawnTest[]): Promise<TestResult[]> {
    const { stdout, stderr } = await this.run(
      client,
      [process.execPath, programFile('measure'), JSON.stringify(tests)],
      {
        DNS_SERVERS: dnsIn(tests[0]?.family ?? 4),
        NODE_EXTRA_CA_CERTS: this.caFile,
        TARGET_ALLOW_CIDR: SERVER_NETWORKS.join(','),
      },
    );
    const results = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => TestResult.parse(JSON.parse(line)));
    if (results.length !== tests.length)
      throw new Error(`the engine returned ${results.length} results: ${stderr.trim()}`);
    return results;
  }

  /** Ends every process and namespace of the bench. */
  async close(): Promise<void> {
    await Promise.all(this.#closers.splice(0).map((close) => close()));
    await this.#sandbox.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #build(): Promise<void> {
    const { clients, censor = [], congestion = 'cubic' } = this.#options;
    await writeFile(this.caFile, this.ca.cert);
    const lines = this.#clients.map((network, i) =>
      lineScript(
        this.#tools,
        network,
        clients[i]?.downKbps ?? DEFAULT_LINE.downKbps,
        clients[i]?.upKbps ?? DEFAULT_LINE.upKbps,
      ),
    );
    await this.#sandbox.script(
      [topologyScript(this.#tools, this.#clients, this.#farEnd.addresses, congestion), ...lines].join('\n'),
    );
    this.#cable = await Cable.lay(this.#sandbox, delaysOf(this.#options, this.#clients, censor));
    await this.#farEnd.start(this.ca);
    await this.impose(censor);
  }

  #client(name: string): ClientNetwork {
    const client = this.#clients.find((c) => c.name === name);
    if (!client) throw new RangeError(`no client ${name} on this bench`);
    return client;
  }
}

function dnsIn(family: AddressFamily): string {
  return endpoint(addressIn(family, DNS_ADDRESS), 53);
}

export { type MeasurementEndpoint, OFFICE, SERVERS };
