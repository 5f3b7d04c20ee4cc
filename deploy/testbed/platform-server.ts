import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Credentials } from './certificates.js';
import { isUnder } from './client-hello.js';

/** A file that a stand-in serves. */
export interface ServedObject {
  /** Path with leading slash. */
  readonly path: string;
  readonly bytes: number;
  readonly contentType: string;
}

/** One site: its names, its certificate, its files. */
export interface Site {
  readonly name: string;
  readonly credentials: Credentials;
  readonly objects: readonly ServedObject[];
  /** How long it thinks before it answers; the connection is silent meanwhile (0). */
  readonly thinkMs?: number;
}

const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/;
const WRITE_BYTES = 65_536;
const MAX_OBJECT_BYTES = 64_000_000;

/**
 * Stand-in for platforms and controls: an HTTPS server (TLS 1.2 and 1.3) that picks the site by the SNI and serves
 * incompressible files with `Range` support (RFC 9110, 14.2; a single range).
 */
export class PlatformServer {
  readonly #sites: readonly Site[];
  readonly #pool: Buffer;
  readonly #server: Server;

  /** @param pool bytes that the files are made of, over and over */
  constructor(sites: readonly [Site, ...Site[]], pool: Buffer) {
    this.#sites = sites;
    this.#pool = pool;
    const contexts = new Map<Site, SecureContext>(sites.map((s) => [s, createSecureContext(s.credentials)]));
    this.#server = createServer(
      {
        ...sites[0].credentials,
        minVersion: 'TLSv1.2',
        SNICallback: (name, done) => {
          const site = this.#site(name);
          if (site) done(null, contexts.get(site));
          else done(new Error(`no site for ${name}`));
        },
      },
      (request, response) => this.#answer(request, response),
    );
    // A probe that goes away in the middle is an everyday event here.
    this.#server.on('tlsClientError', () => {});
  }

  /** Listens (port 0: any); returns the port. */
  async listen(address: string, port: number): Promise<number> {
    this.#server.listen(port, address);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
  }

  #site(host: string): Site | undefined {
    return this.#sites.find((site) => isUnder(host.toLowerCase(), site.name));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const site = this.#site((request.headers.host ?? '').replace(/:\d+$/, ''));
    const path = new URL(request.url ?? '/', 'https://bench.invalid').pathname;
    const object = site?.objects.find((o) => o.path === path);
    if (!object || object.bytes > MAX_OBJECT_BYTES) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('no such object\n');
      return;
    }
    const range = rangeOf(request.headers.range, object.bytes);
    if (range === 'unsatisfiable') {
      response.writeHead(416, { 'content-range': `bytes */${object.bytes}` }).end();
      return;
    }
    if (site?.thinkMs === undefined) this.#serve(request, response, object, range);
    else setTimeout(() => this.#serve(request, response, object, range), site.thinkMs);
  }

  #serve(
    request: IncomingMessage,
    response: ServerResponse,
    object: ServedObject,
    range: readonly [first: number, last: number] | undefined,
  ): void {
    const [from, to] = range ?? [0, object.bytes - 1];
    response.writeHead(range ? 206 : 200, {
      'content-type': object.contentType,
      'content-length': to - from + 1,
      'accept-ranges': 'bytes',
      'cache-control': 'no-store, no-transform',
      ...(range ? { 'content-range': `bytes ${from}-${to}/${object.bytes}` } : {}),
    });
    // In a TLS record of their own, or the first byte would wait for a whole 16 kB record behind it.
    response.flushHeaders();
    if (request.method === 'HEAD') response.end();
    else this.#write(response, from, to + 1);
  }

  /** Writes the file's bytes [at, end), at the pace of the client. */
  #write(response: ServerResponse, at: number, end: number): void {
    let next = at;
    while (next < end) {
      const offset = next % this.#pool.length;
      const size = Math.min(WRITE_BYTES, end - next, this.#pool.length - offset);
      next += size;
      if (!response.write(this.#pool.subarray(offset, offset + size))) break;
    }
    if (next >= end) response.end();
    else response.once('drain', () => this.#write(response, next, end));
  }
}

/** First and last byte of a satisfiable single range; `undefined` where the header is absent or to be ignored. */
export function rangeOf(
  header: string | undefined,
  size: number,
): readonly [first: number, last: number] | 'unsatisfiable' | undefined {
  const match = RANGE.exec(header ?? '');
  if (!match) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const suffix = Math.min(Number(last), size);
    return suffix === 0 ? 'unsatisfiable' : [size - suffix, size - 1];
  }
  const from = Number(first);
  const to = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < from) return undefined;
  return from >= size ? 'unsatisfiable' : [from, to];
}
