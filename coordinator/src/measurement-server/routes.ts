import { randomInt } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AddressLimiter, ServerLimits } from './limits.js';
import { RECORD_BYTES } from './record.js';
import type { Transfers } from './transfers.js';

/** One connection of somebody. */
export interface Connection {
  /** The TCP connection under TLS: its counters are what is measured. */
  readonly socket: Socket;
  /** Whose limits apply. */
  readonly address: string;
  /** Is being answered. */
  busy: boolean;
}

/** What an answer needs. */
export interface Exchange {
  readonly connection: Connection;
  readonly limits: ServerLimits;
  readonly limiter: AddressLimiter;
  readonly pool: Buffer;
  readonly transfers: Transfers;
  /** Connections that upload, or did before. */
  readonly uploaders: Set<Connection>;
}

/**
 * Body bytes that are under way to the system for one download: whole records (see `RECORD_BYTES`). What a connection
 * that is not read holds of ours is this, once in the clear and once encrypted.
 */
const CHUNK_BYTES = 4 * RECORD_BYTES;
/** What a request costs beside its body, as far as limits go: headers, a look-up, objects. */
const REQUEST_BYTES = 1_000;
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
  // What nobody will read is not taken in.
  if (request.method === 'GET' && hasBody(request)) return 400;
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

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-length': 0, connection: 'close', ...NO_STORE }).end();
  response.once('finish', () => request.destroy());
}

/** Random bytes from a random place of the pool: they neither compress nor repeat. */
function down(response: ServerResponse, exchange: Exchange, id: string, bytes: number): number | null {
  const { limits, limiter, pool, transfers } = exchange;
  const { socket, address } = exchange.connection;
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > limits.bytesPerTransfer) return 400;
  if (!limiter.take(address, bytes + REQUEST_BYTES)) return 429;
  const watch = transfers.begin(id, 'download', socket);
  response.once('close', () => watch.end());
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': bytes,
    ...NO_STORE,
  });
  response.flushHeaders();
  let left = bytes;
  // The next chunk is made when the system has taken this one: a stream's own buffer would hold many.
  const send = () => {
    if (left === 0 || response.destroyed) return void response.end();
    const length = Math.min(CHUNK_BYTES, left);
    const from = randomInt(pool.length - length);
    left -= length;
    watch.add(length);
    response.write(pool.subarray(from, from + length), (error) => {
      if (!error) send();
    });
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
  const { limits, limiter, transfers, connection, uploaders } = exchange;
  const { socket, address } = connection;
  const bytes = Number(request.headers['content-length']);
  if (!Number.isInteger(bytes) || bytes < 1) return 400;
  if (bytes > limits.bytesPerTransfer) return 413;
  if (!uploaders.has(connection) && uploaders.size >= limits.uploads) return 503;
  if (!limiter.take(address, bytes + REQUEST_BYTES)) return 429;
  uploaders.add(connection);
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

function result(response: ServerResponse, exchange: Exchange, id: string): number | null {
  const { limiter, transfers, connection } = exchange;
  const found = transfers.result(id);
  const text = JSON.stringify(found);
  if (!limiter.take(connection.address, text.length + REQUEST_BYTES)) return 429;
  if (found === null) return 404;
  response.writeHead(200, { 'content-type': 'application/json', ...NO_STORE }).end(text);
  return null;
}
