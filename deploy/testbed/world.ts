import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Catalogue } from '@brakelight/shared';
import { Censor } from './censor.js';
import { CertificateAuthority } from './certificates.js';
import { DnsServer } from './dns-server.js';
import { PlatformServer, type Site } from './platform-server.js';
import { Random } from './random.js';
import { type Endpoint, Relay } from './relay.js';
import {
  catalogueOf,
  networkCsv,
  objectOf,
  planWorld,
  type WorldPlan,
  type WorldShape,
} from './world-plan.js';

export interface WorldOptions {
  readonly seed: number | string;
  /** Folder for the files; made if need be. */
  readonly folder: string;
  readonly shape: WorldShape;
  /** Wall time in ms: certificates are valid around it. */
  readonly now: number;
}

/** What coordinator and agents of the world are told by configuration. */
export interface WorldFiles {
  /** NETWORK_DB_CSV */
  readonly networkDb: string;
  /** CATALOGUE_FILE */
  readonly catalogue: string;
  /** NODE_EXTRA_CA_CERTS */
  readonly ca: string;
}

const DNS_ADDRESS = '127.20.0.53';
const MEASUREMENT_ADDRESS = '127.20.200.1';
const POOL_BYTES = 1_000_000;

/**
 * A small world on loopback, for the demo and for tests: platforms and controls at addresses of their own, subscribers'
 * lines known by source address, a name server, and a censor that can be switched while it runs. See {@link Relay} for
 * what it is not.
 */
export class World {
  readonly plan: WorldPlan;
  readonly files: WorldFiles;
  readonly catalogue: Catalogue;
  readonly censor: Censor;
  /** Signs certificates that the world's agents trust. */
  readonly ca: CertificateAuthority;
  /** DNS_SERVERS of the agents: `address:port`. */
  readonly dnsServers: string;
  /** Where all sites listen, each at its address. */
  readonly port: number;
  readonly #relay: Relay;
  readonly #closers: readonly (() => Promise<void>)[];

  private constructor(
    parts: Pick<World, 'plan' | 'files' | 'catalogue' | 'censor' | 'ca' | 'dnsServers' | 'port'>,
    relay: Relay,
    closers: readonly (() => Promise<void>)[],
  ) {
    this.plan = parts.plan;
    this.files = parts.files;
    this.catalogue = parts.catalogue;
    this.censor = parts.censor;
    this.ca = parts.ca;
    this.dnsServers = parts.dnsServers;
    this.port = parts.port;
    this.#relay = relay;
    this.#closers = closers;
  }

  /** Makes the world and writes its files. */
  static async start(options: WorldOptions): Promise<World> {
    const random = new Random(options.seed);
    const plan = planWorld(random, options.shape);
    const ca = new CertificateAuthority('Brakelight bench CA', options.now);
    const sites = plan.sites.map(
      (s): Site => ({
        name: s.domain,
        credentials: ca.issue([s.domain, `*.${s.domain}`]),
        objects: [objectOf(s)],
      }),
    );
    const [first, ...others] = sites;
    if (!first) throw new RangeError('a world needs a site');
    const server = new PlatformServer([first, ...others], randomBytes(POOL_BYTES));
    const upstream: Endpoint = { address: '127.0.0.1', port: await server.listen('127.0.0.1', 0) };

    const censor = new Censor();
    const relay = new Relay(
      plan.agents.map((a) => a.line),
      censor,
      random.fork('relay'),
    );
    let port = 0;
    for (const { address } of plan.sites) port = await relay.open({ address, port }, upstream);

    const rtt = new Map(plan.agents.map(({ line }) => [line.address, line.rttMs]));
    const dns = new DnsServer(
      (name) => {
        const known = plan.sites.find((s) => s.host === name || s.domain === name);
        return known ? [known.address] : 'nxdomain';
      },
      (client) => rtt.get(client) ?? 0,
    );
    const dnsPort = await dns.listen(DNS_ADDRESS, 0);

    const catalogue = Catalogue.parse(catalogueOf(plan.sites, port));
    const files: WorldFiles = {
      networkDb: join(options.folder, 'network.csv'),
      catalogue: join(options.folder, 'catalogue.json'),
      ca: join(options.folder, 'ca.pem'),
    };
    await mkdir(options.folder, { recursive: true });
    await writeFile(files.networkDb, networkCsv(plan.agents));
    await writeFile(files.catalogue, `${JSON.stringify(catalogue, null, 2)}\n`);
    await writeFile(files.ca, ca.cert);
    return new World(
      { plan, files, catalogue, censor, ca, dnsServers: `${DNS_ADDRESS}:${dnsPort}`, port },
      relay,
      [() => relay.close(), () => server.close(), () => dns.close()],
    );
  }

  /**
   * Puts a measurement server into the world, so that lines and censor stand before it as before any other server.
   * @returns where the world's agents reach it
   */
  async placeMeasurementServer(at: Endpoint): Promise<Endpoint> {
    return {
      address: MEASUREMENT_ADDRESS,
      port: await this.#relay.open({ address: MEASUREMENT_ADDRESS, port: 0 }, at),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#closers.map((close) => close()));
  }
}
