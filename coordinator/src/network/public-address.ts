import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { parseAddress } from './subnet.js';

/** Global unicast as assigned to date; what lies outside (`::7f00:1`, translated, link-local, ...) is nobody's server. */
const [GLOBAL_IPV6, GLOBAL_IPV6_BITS] = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is one that anybody on the internet could mean: not loopback, private, link-local, carrier-grade
 * NAT, multicast, documentation, benchmarking, a wrapping of IPv4 in IPv6 or any other special range. An address with a
 * zone (`fe80::1%eth0`) is not.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0 || text.includes('%')) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_IPV6, GLOBAL_IPV6_BITS);
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
