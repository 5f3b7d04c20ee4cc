import { randomBytes } from 'node:crypto';
import { DnsServer } from '../../dns-server.js';
import { PlatformServer, type Site } from '../../platform-server.js';
import { exitWithInput } from './exit-with-input.js';

/** The far end of the bench: each site at its address, and the name server that knows them. */
export interface ServersConfiguration {
  readonly sites: readonly (Site & { readonly address: string; readonly port: number })[];
  readonly dns: {
    readonly address: string;
    readonly port: number;
    readonly names: Readonly<Record<string, string>>;
  };
}

const POOL_BYTES = 1_000_000;

const { sites, dns } = JSON.parse(process.argv[2] ?? '') as ServersConfiguration;
const pool = randomBytes(POOL_BYTES);
for (const site of sites) await new PlatformServer([site], pool).listen(site.address, site.port);
const names = new Map(Object.entries(dns.names));
await new DnsServer((name) => {
  const address = names.get(name);
  return address === undefined ? 'nxdomain' : [address];
}).listen(dns.address, dns.port);
process.stdout.write('ready\n');
exitWithInput();
