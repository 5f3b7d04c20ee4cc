import { isUnder } from '../../client-hello.js';
import { type DnsReply, DnsServer } from '../../dns-server.js';
import { exitWithInput } from './exit-with-input.js';

/** Look-ups that the censor turned away end here, at the router, much nearer than the real name server. */
export interface DnsLiarConfiguration {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly lies: readonly { readonly name: string; readonly reply: DnsReply }[];
}

const { addresses, port, lies } = JSON.parse(process.argv[2] ?? '') as DnsLiarConfiguration;
for (const address of addresses)
  await new DnsServer((name) => lies.find((l) => isUnder(name, l.name))?.reply ?? 'nxdomain').listen(
    address,
    port,
  );
process.stdout.write('ready\n');
exitWithInput();
