import { randomBytes } from 'node:crypto';
import { DnsServer } from '../../dns-server.js';
import { PlatformServer, type Site } from '../../platform-server.js';
import { exitWithInput } from './exit-with-input.js';

/** The far end of the bench: each site at its addresses, and the name server that knows them. */
export interface ServersConfiguration {
  readonly sites: readonly (Site & { readonly addresses: readonly string[]; readonly port: number })[];
  readonly dns: {
    readonly addresses: readonly string[];
    readonly port: number;
    readonly names: Readonly<Record<string, readonly string[]>>;
  };
}

const POOL_BYTES = 1_000_000;

const { sites, dns } = JSON.parse(process.argv[2] ?? '') as ServersConfiguration;
const pool = randomBytes(POOL_BYTES);
for (const site of sites)
  for (const address of site.addresses) await new PlatformServer([site], pool).listen(address, site.port);
const names = new Map(Object.entries(dns.names));
for (const address of dns.addresses)
  await new DnsServer((name) => names.get(name) ?? 'nxdomain').listen(address, dns.port);
process.stdout.write('ready\n');
exitWithInput();
