/**
 * ClickHouse's HTTP interface in front of chDB: exactly what `@clickhouse/client` sends, and no more.
 *
 * - `GET /ping`: `Ok.`
 * - `POST /?...`: the query is the body, or it is `?query=` and the body is the data of an INSERT
 * - `param_<name>`: query parameters; `database`; every other name is a setting of this query
 * - `INSERT ... FORMAT JSONEachRow | JSONCompactEachRow | CSV | CSVWithNames`
 * - SELECT in any format the engine writes (JSONEachRow, CSV, CSVWithNames, Parquet, ...), streamed
 * - gzip both ways: `Content-Encoding: gzip`; `Accept-Encoding: gzip` with `enable_http_compression=1`
 * - Basic authentication or `X-ClickHouse-User` / `X-ClickHouse-Key`
 * - errors: status, `X-ClickHouse-Exception-Code`, the message as text
 * - `X-ClickHouse-Summary` with the written rows, `X-ClickHouse-Query-Id`, `X-ClickHouse-Format`
 *
 * Refused with NOT_IMPLEMENTED: `session_id`, `role`, multipart, settings with statements other than SELECT and INSERT.
 */
import { timingSafeEqual } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { ChdbEngine, Outcome, Statement } from './engine.js';
import { ClickHouseError, notImplemented } from './error.js';

/** Largest body, unpacked; a batch of rows is far below. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** Parameters of the interface itself that change nothing here; everything else is a setting. */
const IGNORED = new Set([
  'query_id',
  'default_format',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'cancel_http_readonly_queries_on_client_close',
]);

/** Request listener of the child's server. */
export function clickhouseInterface(engine: ChdbEngine, password: string): RequestListener {
  return (request, response) => {
    void answer(engine, password, request, response).catch((error: unknown) => fail(response, error));
  };
}

async function answer(
  engine: ChdbEngine,
  password: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/ping') {
    response.end('Ok.\n');
    return;
  }
  if (!authenticated(request, password)) {
    throw new ClickHouseError(
      516,
      'Code: 516. DB::Exception: default: Authentication failed. (AUTHENTICATION_FAILED)',
    );
  }
  const compress =
    url.searchParams.get('enable_http_compression') === '1' &&
    /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const body = await readBody(request);
  const outcome = await engine.run(statementOf(url.searchParams, body));
  response.setHeader('X-ClickHouse-Query-Id', url.searchParams.get('query_id') ?? '');
  await send(response, outcome, compress);
}

function statementOf(search: URLSearchParams, body: Buffer): Statement {
  const parameters: Record<string, string> = {};
  const settings: Record<string, string> = {};
  for (const [key, value] of search) {
    if (key === 'query' || key === 'database' || key === 'enable_http_compression' || IGNORED.has(key))
      continue;
    if (key === 'session_id' || key === 'role') throw notImplemented(key);
    if (key.startsWith('param_') && /^\w+$/.test(key)) parameters[key.slice('param_'.length)] = value;
    else if (/^[a-z][a-z0-9_]*$/.test(key)) settings[key] = value;
    else throw notImplemented(`the parameter ${JSON.stringify(key)}`);
  }
  const query = search.get('query');
  return {
    query: query ?? body.toString('utf8'),
    data: query === null ? null : body,
    parameters,
    settings,
    database: search.get('database') ?? 'default',
  };
}

async function send(response: ServerResponse, outcome: Outcome, compress: boolean): Promise<void> {
  if (outcome.kind === 'written') {
    const { rows, bytes } = outcome;
    response.setHeader(
      'X-ClickHouse-Summary',
      JSON.stringify({ read_rows: '0', read_bytes: '0', written_rows: `${rows}`, written_bytes: `${bytes}` }),
    );
    response.end();
    return;
  }
  response.setHeader('X-ClickHouse-Format', outcome.format);
  if (outcome.kind === 'text') {
    response.end(outcome.text);
    return;
  }
  const file = await open(outcome.path);
  // Its name goes now, its bytes when it is closed: nothing is left however this ends.
  await rm(outcome.path);
  const rows = file.createReadStream();
  if (compress) {
    response.setHeader('Content-Encoding', 'gzip');
    await pipeline(rows, createGzip({ level: 1 }), response);
  } else {
    await pipeline(rows, response);
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (/^multipart\//.test(request.headers['content-type'] ?? '')) throw notImplemented('multipart requests');
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') throw notImplemented(`Content-Encoding: ${encoding}`);
  const stream = encoding === 'gzip' ? request.pipe(createGunzip()) : request;
  request.once('error', (error) => stream.destroy(error));
  let size = 0;
  return buffer(
    (async function* () {
      for await (const chunk of stream) {
        size += (chunk as Buffer).length;
        if (size > MAX_BODY_BYTES) throw notImplemented(`a body above ${MAX_BODY_BYTES} bytes`);
        yield chunk as Buffer;
      }
    })(),
  );
}

function authenticated(request: IncomingMessage, password: string): boolean {
  const [scheme, credentials = ''] = (request.headers.authorization ?? '').split(' ');
  const basic =
    scheme?.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString('utf8') : null;
  const header = request.headers['x-clickhouse-key'];
  const given = basic === null ? header : basic.slice(basic.indexOf(':') + 1);
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(password)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Statuses as a ClickHouse server chooses them for the codes a client meets; the code says the rest. */
function statusOf(code: number): number {
  if (code === 516) return 403;
  if (code === 60 || code === 81) return 404;
  if (code === 48) return 501;
  if (code === 62 || code === 47 || code === 36) return 400;
  return 500;
}

function fail(response: ServerResponse, error: unknown): void {
  const known = ClickHouseError.from(error);
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.removeHeader('Content-Encoding');
  response.statusCode = statusOf(known.code);
  response.setHeader('X-ClickHouse-Exception-Code', `${known.code}`);
  response.end(`${known.message}\n`);
}
