import { createHmac } from 'node:crypto';
import ipaddr from 'ipaddr.js';

/** Bytes of the keyed hash that are kept: 96 bits, no collision in any fleet. */
const HASH_BYTES = 12;

/** An address in its canonical form; IPv4 in IPv6 (`::ffff:192.0.2.1`) is IPv4. @throws on what is no address */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 {
  return ipaddr.process(text.replace(/%.*$/, ''));
}

/** The /24 (IPv4) or /48 (IPv6) an address stands in, e.g. `192.0.2.0/24`. */
export function subnetOf(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  const bits = address.kind() === 'ipv4' ? 24 : 48;
  const bytes = address.toByteArray().map((byte, i) => (i * 8 < bits ? byte : 0));
  return `${ipaddr.fromByteArray(bytes)}/${bits}`;
}

/** Keyed hash of a subnet; without the key nobody can walk the address space to undo it. */
export function hashSubnet(key: Buffer, subnet: string): string {
  return createHmac('sha256', key).update(subnet).digest().subarray(0, HASH_BYTES).toString('base64url');
}
