import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { AddressFamily } from '@brakelight/shared';
import type { AddressPolicy } from './addresses.js';

/** Any address of the global IPv6 Internet: nothing is sent to it, and nobody has it (RFC 3849). */
const SOMEWHERE = '2001:db8::1';
const DISCARD_PORT = 9;

/**
 * Address families in which this machine reaches the Internet, as far as its own kernel knows. Where the operator chose
 * the source address, its family alone. IPv6 counts with a route to the Internet from a global address of our own: a
 * private one is translated on its way, if it gets anywhere. IPv4 counts unless there is IPv6 alone. Sends no packet.
 * @param addresses says which of our own addresses are global
 */
export async function reachableFamilies(
  localAddress: string | undefined,
  addresses: AddressPolicy,
): Promise<AddressFamily[]> {
  if (localAddress !== undefined) return [isIP(localAddress) === 6 ? 6 : 4];
  const source = await sourceTowards(SOMEWHERE);
  if (source === undefined || !addresses.allows(source)) return [4];
  return hasIpv4() ? [4, 6] : [6];
}

/** Our own address that the kernel would send from; `undefined` where it knows no way. */
function sourceTowards(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp6');
    const finish = (source: string | undefined) => {
      socket.close();
      resolve(source);
    };
    socket.once('error', () => finish(undefined));
    socket.once('connect', () => finish(socket.address().address));
    // A datagram socket "connects" by choosing its route.
    socket.connect(DISCARD_PORT, address);
  });
}

function hasIpv4(): boolean {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some(({ internal, family }) => !internal && family === 'IPv4');
}
