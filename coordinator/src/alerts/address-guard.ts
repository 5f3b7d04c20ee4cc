import type { LookupAddress } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { isPublicAddress } from '../network/public-address.js';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** A webhook address that may be connected to, with the very addresses that were checked. */
export interface CheckedUrl {
  readonly url: URL;
  readonly addresses: readonly LookupAddress[];
}

/** The address may not be connected to. `message` is fit for whoever gave it. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

export interface AddressGuardDeps {
  /** CIDR ranges that the operator opens (`WEBHOOK_ALLOW_CIDR`): exactly these, in their own address family. */
  readonly allow: readonly string[];
  /** All addresses of a name, as `dns.promises.lookup(name, { all: true })` gives them. */
  readonly lookup: (hostname: string) => Promise<readonly LookupAddress[]>;
}

/**
 * Keeps webhooks away from addresses that are not public: loopback, private, link-local, carrier-grade NAT, multicast,
 * documentation, benchmarking, `::ffff:` and `64:ff9b::` wrappings and every other special range, however they are
 * spelled. Asked when a subscription is made and again before every delivery, because names move.
 */
export class AddressGuard {
  readonly #allow: readonly Range[];
  readonly #lookup: AddressGuardDeps['lookup'];

  /** @throws Error when a range is not CIDR notation */
  constructor(deps: AddressGuardDeps) {
    this.#allow = deps.allow.map((text) => ipaddr.parseCIDR(text));
    this.#lookup = deps.lookup;
  }

  /**
   * Parses, resolves and checks. The caller connects to one of `addresses` and looks nothing up again.
   * @throws ForbiddenAddress
   */
  async check(text: string): Promise<CheckedUrl> {
    // WHATWG parsing turns every spelling of an IPv4 address (hex, octal, one number, full-width) into dotted quads.
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url) throw new ForbiddenAddress('is not a URL');
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new ForbiddenAddress('is not https');
    if (url.username || url.password) throw new ForbiddenAddress('must not carry a user name or password');
    const addresses = await this.#resolve(url.hostname.replace(/^\[(.*)\]$/, '$1'));
    const verdicts = addresses.map(({ address }) => this.#judge(address));
    if (verdicts.includes('refused')) {
      throw new ForbiddenAddress('leads to an address that is not public');
    }
    if (url.protocol === 'http:' && verdicts.includes('public')) throw new ForbiddenAddress('is not https');
    return { url, addresses };
  }

  async #resolve(host: string): Promise<readonly LookupAddress[]> {
    if (ipaddr.isValid(host)) {
      return [{ address: host, family: ipaddr.parse(host).kind() === 'ipv6' ? 6 : 4 }];
    }
    const found = await this.#lookup(host).catch(() => []);
    if (found.length === 0) throw new ForbiddenAddress('has a name that does not resolve');
    return found;
  }

  #judge(text: string): 'public' | 'opened' | 'refused' {
    // A zone (`fe80::1%eth0`) or anything else that is not a plain address is refused as a whole.
    if (!ipaddr.isValid(text) || text.includes('%')) return 'refused';
    const address = ipaddr.parse(text);
    if (this.#allow.some((range) => inRange(address, range))) return 'opened';
    return isPublicAddress(text) ? 'public' : 'refused';
  }
}

function inRange(address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Range): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}
