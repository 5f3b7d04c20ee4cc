import { type LookupAddress, lookup, promises } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { AddressFamily } from '@brakelight/shared';
import { Agent, type Dispatcher, request } from 'undici';
import { allowList, isPublicAddress, literalHost } from '../network/public-address.js';

const TIMEOUT_MS = 15_000;
const MAX_REDIRECTS = 3;
const FAMILIES: readonly AddressFamily[] = [4, 6];
/** IPv4 addresses that a DNS64 resolver wrapped (RFC 6052). */
const TRANSLATED = '64:ff9b::';
/** Some platforms answer only what looks like a browser's request. */
const HEADERS = {
  'user-agent': 'Mozilla/5.0 (compatible; Brakelight catalogue check)',
  'accept-encoding': 'identity',
};

/** What an address answered, without its body. */
export interface Head {
  readonly status: number;
  readonly contentType: string | null;
  /** Size of the whole object; `null` where the answer does not say. */
  readonly bytes: number | null;
  readonly ranges: boolean;
  readonly location: string | null;
}

/**
 * HTTPS for addresses that stand in a catalogue or on somebody's page: to public addresses only, and to what
 * `TARGET_ALLOW_CIDR` names, whatever a name resolves to; nothing is read beyond a limit.
 */
export class GuardedClient {
  readonly #agent: Agent;
  readonly #allowed: (address: string) => boolean;

  constructor(allowCidr: readonly string[]) {
    const opened = allowList(allowCidr);
    this.#allowed = (address) => isPublicAddress(address) || opened.has(address);
    this.#agent = new Agent({
      connect: { lookup: this.#lookup, timeout: TIMEOUT_MS },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
  }

  /** The first bytes of an object, by `Range`. Redirects are not followed: a probe would not either. */
  async head(url: string): Promise<Head> {
    const { statusCode, headers, body } = await this.#get(url, { range: 'bytes=0-1023' });
    body.on('error', () => {});
    body.destroy();
    const total = /\/(\d+)$/.exec(one(headers['content-range']) ?? '')?.[1];
    const length = statusCode === 206 ? total : one(headers['content-length']);
    return {
      status: statusCode,
      contentType: one(headers['content-type'])?.split(';')[0]?.trim().toLowerCase() ?? null,
      bytes: length === undefined ? null : Number(length),
      ranges: statusCode === 206,
      location: one(headers.location) ?? null,
    };
  }

  /** A page as text, with a few redirects followed. @param maxBytes what is longer is cut there */
  async page(url: string, maxBytes: number): Promise<{ readonly url: string; readonly text: string }> {
    let at = url;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const { statusCode, headers, body } = await this.#get(at, {});
      const location = one(headers.location);
      if (statusCode >= 300 && statusCode < 400 && location !== undefined) {
        body.on('error', () => {});
        body.destroy();
        at = new URL(location, at).href;
        continue;
      }
      const text = await capped(body, maxBytes);
      if (statusCode !== 200) throw new Error(`the page answers ${statusCode}`);
      return { url: at, text };
    }
    throw new Error('the page redirects again and again');
  }

  /** Address families in which the host of an address can be reached by who has both. @throws where it has no address */
  async families(url: string): Promise<AddressFamily[]> {
    const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
    const found = await promises.lookup(host, { all: true });
    const own = found.filter(({ address }) => !address.startsWith(TRANSLATED));
    return FAMILIES.filter((family) => own.some((address) => address.family === family));
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #get(url: string, headers: Record<string, string>): Promise<Dispatcher.ResponseData> {
    if (!URL.canParse(url) || new URL(url).protocol !== 'https:') throw new Error(`${url} is not https`);
    // A literal address is never looked up, so the guard of the look-up would not see it.
    const literal = literalHost(url);
    if (literal !== undefined && !this.#allowed(literal)) throw new Error(refusal(literal));
    return request(url, {
      dispatcher: this.#agent,
      headers: { ...HEADERS, ...headers },
      signal: AbortSignal.timeout(2 * TIMEOUT_MS),
    });
  }

  readonly #lookup: LookupFunction = (name, options, done) => {
    lookup(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const bad = error ? undefined : found.find(({ address }) => !this.#allowed(address));
      const first = found?.[0];
      if (error || !first) done(error ?? new Error(`${name} has no address`), '', 0);
      else if (bad) done(new Error(refusal(bad.address)), '', 0);
      else if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}

const refusal = (address: string) => `${address} is no public address; TARGET_ALLOW_CIDR may name it`;

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

async function capped(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
}
