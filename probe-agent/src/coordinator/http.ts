import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { ContactError } from './errors.js';

/** Longest wait for a whole answer. */
const TIMEOUT_MS = 30_000;
/** Most bytes of an answer that are read. */
const MAX_ANSWER_BYTES = 4_000_000;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * HTTP to one coordinator over Node's own client: no redirects, no proxy, no cookies, one connection for each request
 * (they are minutes apart), an answer of bounded size and time.
 */
export class HttpClient {
  readonly #origin: URL;
  readonly #localAddress: string | undefined;
  readonly #charge: (bytes: number) => void;

  /**
   * @param localAddress source address
   * @param charge told the bytes that a request cost in both directions
   */
  constructor(origin: string, localAddress: string | undefined, charge: (bytes: number) => void) {
    this.#origin = coordinatorOrigin(origin);
    this.#localAddress = localAddress;
    this.#charge = charge;
  }

  /** @throws ContactError `unreachable` when there is no whole answer */
  async send(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await this.#exchange(request, signal ? AbortSignal.any([signal, timeout]) : timeout);
    } catch (error) {
      if (error instanceof ContactError) throw error;
      if (signal?.aborted) throw signal.reason;
      const why = timeout.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : reasonOf(error);
      throw new ContactError('unreachable', `${this.#origin.origin}: ${why}`);
    }
  }

  #exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const send = this.#origin.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const req = send(new URL(request.path, this.#origin), {
        method: request.method,
        headers: { ...request.headers, 'content-length': String(request.body.length) },
        localAddress: this.#localAddress,
        agent: false,
        signal,
      });
      let socket: Socket | undefined;
      req.once('socket', (s) => {
        socket = s;
      });
      req.once('close', () => this.#charge((socket?.bytesRead ?? 0) + (socket?.bytesWritten ?? 0)));
      req.once('error', reject);
      req.once('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES) req.destroy(new ContactError('untrusted', 'the answer is too large'));
          else chunks.push(chunk);
        });
        response.once('error', reject);
        response.once('close', () => {
          if (!response.complete) reject(new Error('the answer was cut off'));
        });
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      req.end(request.body);
    });
  }
}

/**
 * Origin of a coordinator's address. Plain http only on loopback; no path, query or credentials.
 * @throws TypeError that says what is wrong
 */
export function coordinatorOrigin(text: string): URL {
  if (!URL.canParse(text)) throw new TypeError(`"${text}" is not an address such as https://example.org`);
  const url = new URL(text);
  const loopback =
    url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))
    throw new TypeError(`${text}: only https (plain http on loopback)`);
  if (url.username || url.password || url.pathname !== '/' || url.search || url.hash)
    throw new TypeError(`${text}: expected only scheme, host and port`);
  return url;
}

/** In words where it happens to everybody once; else as the system says it. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ECONNREFUSED') return 'nobody listens there; is the coordinator running? (ECONNREFUSED)';
  if (code === 'ENOTFOUND')
    return 'there is no such name; is it spelt right, is this machine online? (ENOTFOUND)';
  return error instanceof Error ? error.message : String(error);
}
