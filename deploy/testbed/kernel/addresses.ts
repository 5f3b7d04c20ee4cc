import { isIP } from 'node:net';
import type { AddressFamily } from '@brakelight/shared';

/** The bench speaks both, side by side. */
export const FAMILIES: readonly AddressFamily[] = [4, 6];

/**
 * An address of the bench, given as IPv4, in either family. Digit by digit: `10.77.200.10` is `fd00:77:200::10`, so that
 * a /24 of the one is a /48 of the other.
 */
export function addressIn(family: AddressFamily, address: string): string {
  if (family === 4) return address;
  const [, network, subnet, host] = address.split('.');
  return `fd00:${network}:${subnet}::${host}`;
}

/** The same with the length of its prefix, which is given as IPv4's: 32 (one address) or a multiple of 8. */
export function cidrIn(family: AddressFamily, address: string, bits: number): string {
  const own = family === 4 ? bits : bits === 32 ? 128 : 2 * bits;
  return `${addressIn(family, address)}/${own}`;
}

/** An address of the bench, given as IPv4, in both families. */
export function inBoth(address: string): string[] {
  return FAMILIES.map((family) => addressIn(family, address));
}

/** Address and port as URLs and `DNAT` take them. */
export function endpoint(address: string, port: number): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
