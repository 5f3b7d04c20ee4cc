import { promises as dns } from 'node:dns';
import { BlockList, isIPv6 } from 'node:net';
import type { AddressFamily } from '@brakelight/shared';
import { ArmEnded, aborted, failed } from './arm-ended.js';
import { codeOf, lookupFailure } from './failure-class.js';

/** Two tries of at least this length: neither a lost datagram nor a resolver that takes seconds is a censor. */
const TIMEOUT_MS = 4_000;
const TRIES = 2;
/** Most answers that are kept. */
const MAX_ANSWERS = 16;
/** IPv4 addresses that a DNS64 resolver wrapped (RFC 6052): the name has no IPv6 address of its own. */
const TRANSLATED = new BlockList();
TRANSLATED.addSubnet('64:ff9b::', 96, 'ipv6');

export interface NameResolverSettings {
  /** `address[:port]` (IPv6 with a port in brackets); the system's own where not given. */
  readonly servers?: readonly string[] | undefined;
  /** Source address of the queries and, later, of the connections. */
  readonly localAddress?: string | undefined;
}

/** Asks name servers by itself (c-ares): no hosts file, no cache of the system, one question at a time. */
export class NameResolver {
  readonly #settings: NameResolverSettings;

  constructor(settings: NameResolverSettings) {
    this.#settings = settings;
  }

  /**
   * All addresses of a name in one family; there is no falling back to the other.
   * @throws ArmEnded `failed dns` with nxdomain, timeout or dns-failure; `aborted no-address` where the name exists
   * without IPv6: many do, and that is nobody's doing. Without IPv4 it is a failure: whatever is measured has that.
   */
  async resolve(host: string, family: AddressFamily, signal: AbortSignal): Promise<string[]> {
    const resolver = this.#open();
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const answers = await (family === 6 ? native(resolver.resolve6(host)) : resolver.resolve4(host));
      return answers.slice(0, MAX_ANSWERS);
    } catch (error) {
      throw error instanceof ArmEnded ? error : failed('dns', lookupFailure(error), error);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #open(): dns.Resolver {
    const { servers, localAddress } = this.#settings;
    const resolver = new dns.Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
    if (servers !== undefined && servers.length > 0) resolver.setServers(servers);
    if (localAddress !== undefined) {
      if (isIPv6(localAddress)) resolver.setLocalAddress('0.0.0.0', localAddress);
      else resolver.setLocalAddress(localAddress);
    }
    return resolver;
  }
}

/** IPv6 addresses of a name. @throws ArmEnded `aborted no-address` where the name exists and has none of its own */
async function native(asked: Promise<string[]>): Promise<string[]> {
  try {
    const answers = await asked;
    if (!answers.every((answer) => TRANSLATED.check(answer, 'ipv6'))) return answers;
  } catch (error) {
    if (codeOf(error) !== 'ENODATA') throw error;
  }
  throw aborted('no-address');
}
