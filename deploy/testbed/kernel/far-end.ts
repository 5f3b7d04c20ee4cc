import { join } from 'node:path';
import type { AddressFamily } from '@brakelight/shared';
import type { CertificateAuthority } from '../certificates.js';
import { addressIn, inBoth } from './addresses.js';
import type { KernelSite } from './options.js';
import type { MeasurementServerConfiguration } from './programs/measurement-server.js';
import type { ServersConfiguration } from './programs/servers.js';
import { HTTPS_PORT, programFile } from './programs.js';
import type { Sandbox } from './sandbox.js';
import { DNS_ADDRESS, SERVERS, serverAddress } from './topology.js';

/** Where the measurement server stands, and the keys it may show. */
export interface MeasurementEndpoint {
  readonly address: string;
  readonly port: number;
  /** SPKI pins, current and next. */
  readonly pins: readonly string[];
}

/** What stands behind the cable: the sites, the name server that knows them, and room for the caller's own servers. */
export class FarEnd {
  /** IPv4 addresses of all servers: of the sites, then the caller's own. */
  readonly addresses: readonly string[];
  readonly #sandbox: Sandbox;
  readonly #sites: readonly KernelSite[];

  constructor(sandbox: Sandbox, sites: readonly KernelSite[], extraServers: number) {
    this.#sandbox = sandbox;
    this.#sites = sites;
    this.addresses = Array.from({ length: sites.length + extraServers }, (_, i) => serverAddress(i));
  }

  /** IPv4 addresses for the caller's own servers. */
  get extraAddresses(): readonly string[] {
    return this.addresses.slice(this.#sites.length);
  }

  /** @throws RangeError for a site that there is not */
  siteAddress(name: string, family: AddressFamily): string {
    const index = this.#sites.findIndex((s) => s.name === name);
    if (index < 0) throw new RangeError(`no site ${name} on this bench`);
    return addressIn(family, serverAddress(index));
  }

  /** Starts the sites and the name server, in both families. @param ca signs the sites' certificates */
  async start(ca: CertificateAuthority): Promise<void> {
    const sites = this.#sites;
    const names = sites.flatMap((s, i) => s.hosts.map((h) => [h, inBoth(serverAddress(i))] as const));
    await this.#sandbox.program(SERVERS, programFile('servers'), {
      sites: sites.map((site, i) => ({
        name: site.name,
        objects: site.objects,
        ...(site.thinkMs === undefined ? {} : { thinkMs: site.thinkMs }),
        credentials: ca.issue([site.name, `*.${site.name}`]),
        addresses: inBoth(serverAddress(i)),
        port: HTTPS_PORT,
      })),
      dns: { addresses: inBoth(DNS_ADDRESS), port: 53, names: Object.fromEntries(names) },
    } satisfies ServersConfiguration);
  }

  /** Starts the project's measurement server at the first of the extra addresses. @param folder for its keys */
  async startMeasurementServer(family: AddressFamily, folder: string): Promise<MeasurementEndpoint> {
    const [first] = this.extraAddresses;
    if (first === undefined) throw new RangeError('the bench was made without an extra server address');
    const address = addressIn(family, first);
    const { greeting } = await this.#sandbox.program(SERVERS, programFile('measurement-server'), {
      address,
      port: HTTPS_PORT,
      keysDir: join(folder, 'measurement-keys'),
    } satisfies MeasurementServerConfiguration);
    return { address, port: HTTPS_PORT, pins: JSON.parse(greeting) as string[] };
  }
}
