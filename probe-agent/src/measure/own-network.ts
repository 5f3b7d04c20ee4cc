import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { codeOf } from './failure-class.js';

/** The kernel refuses at once where it knows no way; an answer from the network takes longer. */
const AT_ONCE_MS = 2;

/**
 * Whether this machine has an address of its own beside loopback. Where the operator chose the source address, that
 * one must be there: any of loopback's 127.0.0.0/8 is.
 */
export function hasNetwork(localAddress: string | undefined): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  if (localAddress === undefined) return addresses.some(({ internal }) => !internal);
  if (isIPv4(localAddress) && localAddress.startsWith('127.'))
    return addresses.some(({ internal }) => internal);
  return addresses.some(({ address }) => address === localAddress);
}

/** A connection that never left: no route in the kernel's own table, or no such source address. */
export function noRouteOfOurOwn(error: unknown, elapsedMs: number): boolean {
  const code = codeOf(error);
  return (
    code === 'EADDRNOTAVAIL' || ((code === 'ENETUNREACH' || code === 'ENETDOWN') && elapsedMs < AT_ONCE_MS)
  );
}
