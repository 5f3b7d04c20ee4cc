import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { parseAddress } from './subnet.js';

/** Whether an address is one that anybody on the internet could mean: not private, loopback, link-local and so on. */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = parseAddress(text);
  if (address.kind() === 'ipv6' && (address as ipaddr.IPv6).match(ipaddr.IPv6.parse('64:ff9b::'), 96))
    return false;
  return address.range() === 'unicast';
}

/** Addresses that an operator opened by name. */
export function allowList(cidrs: readonly string[]): { has(address: string): boolean } {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address, length] = ipaddr.parseCIDR(cidr);
    list.addSubnet(address.toString(), length, address.kind());
  }
  return {
    has: (address) => {
      const parsed = parseAddress(address);
      return list.check(parsed.toString(), parsed.kind());
    },
  };
}

/** The host of a URL as an address, where it is one: `[::1]` and `127.0.0.1`, and what WHATWG makes of `0x7f.1`. */
export function literalHost(url: string): string | undefined {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return isIP(host) ? host : undefined;
}
