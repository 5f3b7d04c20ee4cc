import { promises as dns } from 'node:dns';
import { isIPv6 } from 'node:net';
import { failed } from './arm-ended.js';
import { lookupFailure } from './failure-class.js';

/** Two tries of this length each: a lost datagram is not a censor. */
const TIMEOUT_MS = 2_000;
const TRIES = 2;
/** Most answers that are kept. */
const MAX_ANSWERS = 16;

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
   * All addresses of a name, of the first family that has some: IPv4, then IPv6 (IPv6 alone where the source address
   * is one).
   * @throws ArmEnded `failed dns` with nxdomain, timeout or dns-failure
   */
  async resolve(host: string, signal: AbortSignal): Promise<string[]> {
    const resolver = this.#open();
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const { localAddress } = this.#settings;
      if (localAddress !== undefined && isIPv6(localAddress)) return cut(await resolver.resolve6(host));
      try {
        return cut(await resolver.resolve4(host));
      } catch (error) {
        if (!hasNoAnswer(error) || localAddress !== undefined) throw error;
        return cut(await resolver.resolve6(host));
      }
    } catch (error) {
      throw failed('dns', lookupFailure(error), error);
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

/** The name exists, but not with this kind of address. */
function hasNoAnswer(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENODATA';
}

function cut(answers: string[]): string[] {
  return answers.slice(0, MAX_ANSWERS);
}
