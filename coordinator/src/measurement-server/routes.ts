import { randomInt } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AddressLimiter, ServerLimits } from './limits.js';
import type { Transfers } from './transfers.js';

/** What an answer needs. */
export interface Exchange {
  /** The TCP connection under TLS. */
  readonly socket: Socket;
  /** Whose limits apply. */
  readonly address: string;
  readonly limits: ServerLimits;
  readonly limiter: AddressLimiter;
  readonly pool: Buffer;
  readonly transfers: Transfers;
}

const CHUNK_BYTES = 16_384;
const ID = /^[0-9A-Za-z-]{1,64}$/;
const NO_STORE = { 'cache-control': 'no-store, no-transform' } as const;

/** The three answers there are. Nothing of a request is ever repeated in one. */
export function answer(request: IncomingMessage, response: ServerResponse, exchange: Exchange): void {
  response.on('error', () => undefined);
  const refusal = route(request, response, exchange);
  if (refusal !== null) refuse(request, response, refusal);
}

/** @returns the status to refuse with, or `null` where the request is being answered */
function route(request: IncomingMessage, response: ServerResponse, exchange: Exchange): number | null {
  const target = request.url ?? '';
  if (!URL.canParse(target, 'https://m')) return 400;
  const url = new URL(target, 'https://m');
  const id = url.searchParams.get('id') ?? '';
  if (!ID.test(id)) return 400;
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /v1/down':
      return down(response, exchange, id, Number(url.searchParams.get('bytes')));
    case 'POST /v1/up':
      return up(request, response, exchange, id);
    case 'GET /v1/result':
      return result(response, exchange, id);
    default:
      return 404;
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0, connection: 'close', ...NO_STORE }).end();
  response.once('finish', () => request.destroy());
}

/** Random bytes from a random place of the pool: they neither compress nor repeat. */
function down(response: ServerResponse, exchange: Exchange, id: string, bytes: number): number | null {
  const { limits, limiter, address, pool, socket, transfers } = exchange;
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > limits.bytesPerTransfer) return 400;
  if (!limiter.take(address, bytes)) return 429;
  const watch = transfers.begin(id, 'download', socket);
  response.once('close', () => watch.end());
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': bytes,
    ...NO_STORE,
  });
  response.flushHeaders();
  let left = bytes;
  const send = () => {
    while (left > 0 && !response.destroyed) {
      const length = Math.min(CHUNK_BYTES, left);
      const from = randomInt(pool.length - length);
      left -= length;
      watch.add(length);
      if (!response.write(pool.subarray(from, from + length))) return void response.once('drain', send);
    }
    response.end();
  };
  send();
  return null;
}

/**
 * Counts what comes. The count goes back while it grows, a line `milliseconds bytes` every 100 ms: a sender knows its
 * own buffer, not the network.
 */
function up(
  request: IncomingMessage,
  response: ServerResponse,
  exchange: Exchange,
  id: string,
): number | null {
  const { limits, limiter, address, socket, transfers } = exchange;
  const bytes = Number(request.headers['content-length']);
  if (!Number.isInteger(bytes) || bytes < 1) return 400;
  if (bytes > limits.bytesPerTransfer) return 413;
  if (!limiter.take(address, bytes)) return 429;
  response.writeHead(200, { 'content-type': 'text/plain', ...NO_STORE });
  response.flushHeaders();
  const watch = transfers.begin(id, 'upload', socket, ({ ms, bytes }) => {
    if (!response.writableEnded) response.write(`${ms} ${bytes}\n`);
  });
  request.on('data', (chunk: Buffer) => watch.add(chunk.length));
  request.once('end', () => {
    const { ms, bytes } = watch.end();
    response.end(`${ms} ${bytes}\n`);
  });
  request.once('close', () => {
    if (!request.complete) watch.end();
  });
  return null;
}

function result(response: ServerResponse, { transfers }: Exchange, id: string): number | null {
  const found = transfers.result(id);
  if (found === null) return 404;
  response.writeHead(200, { 'content-type': 'application/json', ...NO_STORE }).end(JSON.stringify(found));
  return null;
}
