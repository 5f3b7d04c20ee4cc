import type { IncomingHttpHeaders } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { Client, type Dispatcher, errors } from 'undici';
import { type ArmEnded, failed } from './arm-ended.js';
import { connectionFailure } from './failure-class.js';
import type { MeteredSocket } from './metered-socket.js';
import { Plaintext } from './plaintext.js';

/**
 * An HTTP client that has exactly one connection: ours.
 * @param buffer where its records lie, one after another
 */
export function clientOn(tls: TLSSocket, origin: string, buffer: Buffer): Client {
  // Less than a socket, which undici's types ask for, and all that it uses.
  const plaintext = new Plaintext(tls, buffer) as unknown as TLSSocket;
  let given = false;
  return new Client(origin, {
    connect: (_options, done) => {
      // undici would try again for ever behind a SocketError.
      const error = given ? new errors.ClientClosedError('one connection an arm') : null;
      given = true;
      setImmediate(() => (error ? done(error, null) : done(null, plaintext)));
    },
    pipelining: 1,
    // The arm has deadlines of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 60_000,
  });
}

/** What is told of a request and its response while they happen. */
export interface ResponseListener {
  /** The request is written in this very moment: making a connection ready for it takes its time the first time. */
  onRequest(): void;
  /** The answer's first byte, of an interim one as well. */
  onFirstByte(): void;
  onHead(status: number, headers: IncomingHttpHeaders): void;
  onBody(chunk: Buffer): void;
}

export interface RequestOptions {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: AsyncIterable<Buffer>;
}

/**
 * One request; fulfilled at the response's last byte. Redirects are not followed and nothing is decompressed: bytes
 * are counted as they came.
 * @throws ArmEnded `failed http` before the head of the response, `failed body` after; else what the listener threw
 */
export function request(
  client: Client,
  socket: MeteredSocket,
  { method, path, headers, body }: RequestOptions,
  listener: ResponseListener,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let headed = false;
    const options: Dispatcher.DispatchOptions = {
      method,
      path,
      headers,
      ...(body && { body: body as never }),
    };
    client.dispatch(options, {
      onRequestStart() {
        listener.onRequest();
      },
      onResponseStarted() {
        listener.onFirstByte();
      },
      onResponseStart(_controller, status, responseHeaders) {
        if (status < 200) return;
        headed = true;
        listener.onHead(status, responseHeaders);
      },
      onResponseData(_controller, chunk) {
        listener.onBody(chunk);
      },
      onResponseEnd() {
        resolve();
      },
      onResponseError(_controller, error) {
        reject(ending(error, headed ? 'body' : 'http', socket));
      },
    });
  });
}

function ending(error: Error, phase: 'http' | 'body', socket: MeteredSocket): ArmEnded | Error {
  if (error.name === 'ArmEnded') return error;
  if (socket.failure !== null) return failed(phase, connectionFailure(socket.failure), error);
  // Before "closed": a broken message closes the connection too.
  const broken =
    error instanceof errors.HTTPParserError ||
    error instanceof errors.HeadersOverflowError ||
    error instanceof errors.ResponseContentLengthMismatchError;
  if (broken) return failed(phase, 'http-protocol', error);
  const gone = error instanceof errors.SocketError || error instanceof errors.ClientClosedError;
  if (socket.farEndClosed || gone) return failed(phase, 'closed', error);
  const failure = connectionFailure(error);
  return failed(phase, failure === 'reset' ? 'closed' : failure, error);
}
