import ipaddr from 'ipaddr.js';

/** Global unicast IPv6 as assigned to date; outside of it are old wrappings of IPv4 such as `::7f00:1`. */
const [GLOBAL_IPV6, GLOBAL_IPV6_BITS] = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Which addresses may be measured. Only global unicast ones; whatever is private, loopback, link-local, carrier NAT,
 * multicast, documentation or a wrapping of IPv4 in IPv6 is refused, unless the operator of a test bench named it.
 */
export class AddressPolicy {
  readonly #allowed: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

  /** @param allowCidrs networks that are opened (`TARGET_ALLOW_CIDR`) */
  constructor(allowCidrs: readonly string[]) {
    this.#allowed = allowCidrs.map((cidr) => ipaddr.parseCIDR(cidr));
  }

  /** Whether a connection to this literal address is allowed. What is not an address is not. */
  allows(literal: string): boolean {
    const bare = literal.replace(/^\[(.*)\]$/, '$1');
    if (!ipaddr.IPv4.isValidFourPartDecimal(bare) && !ipaddr.IPv6.isValid(bare)) return false;
    const address = ipaddr.parse(bare);
    return (
      isGlobalUnicast(address) ||
      this.#allowed.some(([net, bits]) => net.kind() === address.kind() && address.match(net, bits))
    );
  }

  /**
   * Whether the host of a parsed URL may be asked for. A literal is judged here; a name is judged again by its
   * addresses when it is resolved. Names that cannot be public are refused.
   */
  allowsHost(hostname: string): boolean {
    if (ipaddr.isValid(hostname.replace(/^\[(.*)\]$/, '$1'))) return this.allows(hostname);
    const name = hostname.replace(/\.$/, '').toLowerCase();
    return name.includes('.') && !/\.(?:localhost|local|internal|home\.arpa|onion|arpa)$/.test(name);
  }
}

function isGlobalUnicast(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_IPV6, GLOBAL_IPV6_BITS);
}
