import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type DrawnTest, TestResult } from '@brakelight/shared';
import type { Launch, Started } from '../agent-process.js';
import { CertificateAuthority } from '../certificates.js';
import type { ServedObject } from '../platform-server.js';
import { DNS_LIAR_PORT, type KernelRule, type RouterSide, writeRules } from './censor-rules.js';
import type { DelayConfiguration } from './delay-relay.js';
import type { DnsLiarConfiguration } from './programs/dns-liar.js';
import type { DoorConfiguration } from './programs/door.js';
import type { InterceptorConfiguration } from './programs/interceptor.js';
import type { MeasurementServerConfiguration } from './programs/measurement-server.js';
import type { ServersConfiguration } from './programs/servers.js';
import { type Finished, type Program, Sandbox, started } from './sandbox.js';
import { type KernelTools, SYSTEM_TOOLS } from './tools.js';
import {
  CABLE,
  CABLE_ENDS,
  type ClientNetwork,
  clientNetwork,
  DNS_ADDRESS,
  lineScript,
  OFFICE,
  OFFICE_ADDRESS,
  ROUTER,
  SERVER_PREFIX,
  SERVERS,
  topologyScript,
} from './topology.js';

/** A country of subscribers: one line, any number of subnets. */
export interface KernelClient {
  /** Also the name of its namespace; short, lower case. */
  readonly name: string;
  readonly rttMs?: number;
  readonly jitterMs?: number;
  /** Share of packets lost in each direction. */
  readonly loss?: number;
  readonly downKbps?: number;
  readonly upKbps?: number;
  /** Addresses, each in a /24 of its own. */
  readonly subnets?: number;
}

/** A site at an address of its own, port 443. */
export interface KernelSite {
  /** Apex; certificate and SNI match cover what is below it too. */
  readonly name: string;
  /** Names that resolve to it. */
  readonly hosts: readonly string[];
  readonly objects: readonly ServedObject[];
  /** Added to the client's round trip. */
  readonly extraRttMs?: number;
  /** How long it thinks before it answers. */
  readonly thinkMs?: number;
}

export interface KernelBenchOptions {
  readonly clients: readonly KernelClient[];
  readonly sites: readonly KernelSite[];
  /** Further server addresses, where the caller starts servers of its own (a measurement server, say). */
  readonly extraServers?: number;
  readonly censor?: readonly KernelRule[];
  /** Congestion control of the servers: `bbr`, `cubic`, `reno`. */
  readonly congestion?: string;
  readonly tools?: KernelTools;
}

/** Where the measurement server stands, and the keys it may show. */
export interface MeasurementEndpoint {
  readonly address: string;
  readonly port: number;
  /** SPKI pins, current and next. */
  readonly pins: readonly string[];
}

/** One direction of an interface, as `ip -s -j` tells it. */
interface Traffic {
  readonly bytes: number;
  readonly packets: number;
}

const NO_TRAFFIC: Traffic = { bytes: 0, packets: 0 };

/** What the kernel counted on a client's interface, packet headers included. */
export interface Counters {
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rxPackets: number;
  readonly txPackets: number;
}

const HTTPS_PORT = 443;
const FIRST_INTERCEPT_PORT = 5400;
const DEFAULTS = { rttMs: 40, jitterMs: 0, loss: 0, downKbps: 30_000, upKbps: 30_000, subnets: 1 } as const;

const programFile = (name: string) => fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));

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
  readonly dnsServers: string = `${DNS_ADDRESS}:53`;
  /** Where a coordinator may stand: no line, no censor. */
  readonly office: string = OFFICE_ADDRESS;
  /** Addresses for the caller's own servers in the namespace `servers`. */
  readonly extraAddresses: readonly string[];
  readonly #options: KernelBenchOptions;
  readonly #tools: KernelTools;
  readonly #sandbox: Sandbox;
  readonly #folder: string;
  readonly #clients: readonly ClientNetwork[];
  readonly #closers: (() => Promise<unknown>)[] = [];
  /** Programs that stand by the rules in force. */
  #accomplices: Program[] = [];
  #cable: { readonly child: ChildProcess; readonly answers: Interface } | undefined;

  private constructor(options: KernelBenchOptions, sandbox: Sandbox, folder: string) {
    this.#options = options;
    this.#tools = options.tools ?? SYSTEM_TOOLS;
    this.#sandbox = sandbox;
    this.#folder = folder;
    this.ca = new CertificateAuthority('Brakelight bench CA', Date.now());
    this.caFile = join(folder, 'ca.pem');
    this.#clients = options.clients.map((c, i) =>
      clientNetwork(c.name, i + 1, c.subnets ?? DEFAULTS.subnets),
    );
    const first = options.sites.length;
    this.extraAddresses = Array.from({ length: options.extraServers ?? 0 }, (_, i) =>
      serverAddress(first + i),
    );
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

  /** Address of the site with this apex. */
  siteAddress(name: string): string {
    const index = this.#options.sites.findIndex((s) => s.name === name);
    if (index < 0) throw new RangeError(`no site ${name} on this bench`);
    return serverAddress(index);
  }

  /** A client's addresses, one in each of its subnets. */
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
    for (const { child } of this.#accomplices.splice(0)) await ended(child);
    await this.#startAccomplices(rules);
    const { shell, nft } = writeRules(rules, clients, this.#tools);
    await this.#sandbox.script(
      `${shell}\n${this.#redirects(rules)}\n${this.#tools.nft} -f - <<'END'\n${nft}END\n`,
      ROUTER,
    );
    await this.#configureCable(rules);
  }

  /** Changes a client's line while it is in use. */
  async setLine(client: string, downKbps: number, upKbps: number): Promise<void> {
    await this.#sandbox.script(lineScript(this.#tools, this.#client(client), downKbps, upKbps));
  }

  /** What crossed the client's interface since it was made. */
  async counters(client: string): Promise<Counters> {
    const text = await this.#sandbox.script(`${this.#tools.ip} -s -j link show eth0`, client);
    const [link] = JSON.parse(text) as { stats64: { rx: Traffic; tx: Traffic } }[];
    const { rx, tx } = link?.stats64 ?? { rx: NO_TRAFFIC, tx: NO_TRAFFIC };
    return { rxBytes: rx.bytes, txBytes: tx.bytes, rxPackets: rx.packets, txPackets: tx.packets };
  }

  /** Packets and bytes that each police rule dropped, in the order of the rules. */
  async dropped(): Promise<{ packets: number; bytes: number }[]> {
    const text = await this.#sandbox.script(`${this.#tools.nft} list chain inet censor police`, ROUTER);
    return [...text.matchAll(/counter packets (\d+) bytes (\d+) drop/g)].map(([, packets, bytes]) => ({
      packets: Number(packets),
      bytes: Number(bytes),
    }));
  }

  /** Opens a port on this machine's loopback that leads to an address inside; for a test that talks to a coordinator there. */
  async expose(namespace: string, address: string, port: number): Promise<number> {
    const socket = join(this.#folder, `door-${address}-${port}.sock`);
    await this.#sandbox.program(namespace, programFile('door'), {
      socket,
      address,
      port,
    } satisfies DoorConfiguration);
    const server = createServer((outside) => {
      const inside = connect(socket);
      outside.on('error', () => inside.destroy());
      inside.on('error', () => outside.destroy());
      outside.pipe(inside).pipe(outside);
      this.#closers.push(async () => outside.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#closers.push(async () => server.close());
    return (server.address() as AddressInfo).port;
  }

  /** Starts the project's measurement server at the first of the extra addresses, with keys of its own. */
  async startMeasurementServer(): Promise<MeasurementEndpoint> {
    const [address] = this.extraAddresses;
    if (address === undefined) throw new RangeError('the bench was made without an extra server address');
    const { greeting } = await this.#sandbox.program(SERVERS, programFile('measurement-server'), {
      address,
      port: HTTPS_PORT,
      keysDir: join(this.#folder, 'measurement-keys'),
    } satisfies MeasurementServerConfiguration);
    return { address, port: HTTPS_PORT, pins: JSON.parse(greeting) as string[] };
  }

  /**
   * Runs tests one after another with the agent's measurement engine in a client's namespace.
   * @throws Error with the engine's last words when it does not return them all
   */
  async measure(client: string, tests: readonly DrawnTest[]): Promise<TestResult[]> {
    const { stdout, stderr } = await this.run(
      client,
      [process.execPath, programFile('measure'), JSON.stringify(tests)],
      {
        DNS_SERVERS: this.dnsServers,
        NODE_EXTRA_CA_CERTS: this.caFile,
        TARGET_ALLOW_CIDR: `${SERVER_PREFIX}0/24`,
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
    const { sites, clients, censor = [], congestion = 'cubic' } = this.#options;
    await writeFile(this.caFile, this.ca.cert);
    const addresses = [...sites.map((_, i) => serverAddress(i)), ...this.extraAddresses];
    const lines = this.#clients.map((network, i) =>
      lineScript(
        this.#tools,
        network,
        clients[i]?.downKbps ?? DEFAULTS.downKbps,
        clients[i]?.upKbps ?? DEFAULTS.upKbps,
      ),
    );
    await this.#sandbox.script(
      [topologyScript(this.#tools, this.#clients, addresses, congestion), ...lines].join('\n'),
    );
    const { child } = await this.#sandbox.program(CABLE, programFile('delay-relay'), this.#delays(censor));
    if (child.stdout) this.#cable = { child, answers: createInterface({ input: child.stdout }) };
    await this.#sandbox.program(SERVERS, programFile('servers'), {
      sites: sites.map((site, i) => ({
        name: site.name,
        objects: site.objects,
        ...(site.thinkMs === undefined ? {} : { thinkMs: site.thinkMs }),
        credentials: this.ca.issue([site.name, `*.${site.name}`]),
        address: serverAddress(i),
        port: HTTPS_PORT,
      })),
      dns: {
        address: DNS_ADDRESS,
        port: 53,
        names: Object.fromEntries(sites.flatMap((s, i) => s.hosts.map((h) => [h, serverAddress(i)]))),
      },
    } satisfies ServersConfiguration);
    await this.impose(censor);
  }

  #client(name: string): ClientNetwork {
    const client = this.#clients.find((c) => c.name === name);
    if (!client) throw new RangeError(`no client ${name} on this bench`);
    return client;
  }

  #delays(rules: readonly KernelRule[]): DelayConfiguration {
    const { clients, sites } = this.#options;
    return {
      ...CABLE_ENDS,
      clients: this.#clients.map(({ name, prefixes }, i) => ({
        name,
        prefixes,
        oneWayMs: (clients[i]?.rttMs ?? DEFAULTS.rttMs) / 2,
        jitterMs: clients[i]?.jitterMs ?? DEFAULTS.jitterMs,
        loss: clients[i]?.loss ?? DEFAULTS.loss,
      })),
      servers: Object.fromEntries(sites.map((s, i) => [serverAddress(i), (s.extraRttMs ?? 0) / 2])),
      holds: rules.flatMap((r) =>
        'slowHandshake' in r
          ? [{ ...r.slowHandshake, ...(r.client === undefined ? {} : { client: r.client }) }]
          : [],
      ),
    };
  }

  async #configureCable(rules: readonly KernelRule[]): Promise<void> {
    if (!this.#cable) return;
    const configured = once(this.#cable.answers, 'line');
    this.#cable.child.stdin?.write(`${JSON.stringify(this.#delays(rules))}\n`);
    await configured;
  }

  /** Starts the programs without which a rule is only a redirection. */
  async #startAccomplices(rules: readonly KernelRule[]): Promise<void> {
    const lies = rules.flatMap((r) => {
      if (!('dns' in r) || r.action.kind === 'silence') return [];
      return [
        { name: r.dns, reply: r.action.kind === 'forged' ? [r.action.address] : ('nxdomain' as const) },
      ];
    });
    if (lies.length > 0) {
      const addresses = this.#clients.map((c) => c.routerAddress);
      const configuration: DnsLiarConfiguration = { addresses, port: DNS_LIAR_PORT, lies };
      this.#accomplices.push(await this.#sandbox.program(ROUTER, programFile('dns-liar'), configuration));
    }
    const names = rules.flatMap((r) => ('intercept' in r ? [r.intercept.sni] : []));
    const [first, ...others] = names;
    if (first !== undefined) {
      const stranger = new CertificateAuthority('A stranger', Date.now());
      const configuration: InterceptorConfiguration = {
        credentials: stranger.issue([first, ...[first, ...others].map((n) => `*.${n}`), ...others]),
        names,
        doors: this.#doors().map(({ address, port, server }) => ({ address, port, server })),
      };
      this.#accomplices.push(await this.#sandbox.program(ROUTER, programFile('interceptor'), configuration));
    }
  }

  /** Where the interceptor waits: one door for each client and server. */
  #doors(): { device: string; client: string; address: string; port: number; server: string }[] {
    const servers = [...this.#options.sites.map((_, i) => serverAddress(i)), ...this.extraAddresses];
    return this.#clients.flatMap(({ name, device, routerAddress }) =>
      servers.map((server, i) => ({
        device,
        client: name,
        address: routerAddress,
        port: FIRST_INTERCEPT_PORT + i,
        server,
      })),
    );
  }

  #redirects(rules: readonly KernelRule[]): string {
    const interceptions = rules.filter((r) => 'intercept' in r);
    return this.#doors()
      .filter(({ client }) => interceptions.some((r) => r.client === undefined || r.client === client))
      .map(
        ({ device, address, port, server }) =>
          `${this.#tools.iptables} -t nat -A PREROUTING -i ${device} -p tcp -d ${server} --dport ${HTTPS_PORT} -j DNAT --to-destination ${address}:${port}`,
      )
      .join('\n');
  }
}

function serverAddress(index: number): string {
  return `${SERVER_PREFIX}${10 + index}`;
}

/** Ends one of the bench's own programs: its input is what it lives by. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.stdin?.end();
  await gone;
}

export { OFFICE, SERVERS };
