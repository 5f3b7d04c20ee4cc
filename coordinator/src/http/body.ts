import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ProblemError } from '../problems/problem.js';

/** Bytes beyond the cap that are read and dropped, so that the client gets to read why; then the connection is cut. */
const DRAIN_BYTES = 8 * 1024 * 1024;

/** Reads a whole body, keeping at most `max` bytes. @throws ProblemError */
export async function readCapped(
  payload: Readable,
  contentLength: string | undefined,
  max: number,
): Promise<Buffer> {
  const tooLarge = () =>
    new ProblemError('body-too-large', {
      detail: `At most ${max} bytes are taken in one request. Send fewer items in each.`,
      headers: { connection: 'close' },
    });
  if (Number(contentLength) > max + DRAIN_BYTES) throw tooLarge();
  let chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of payload.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= max) chunks.push(chunk);
      else chunks = [];
      if (size > max + DRAIN_BYTES) break;
    }
  } catch (cause) {
    throw new ProblemError('malformed-request', { detail: 'The body was cut off.', cause });
  }
  if (size > max) throw tooLarge();
  return Buffer.concat(chunks);
}

/**
 * Undoes `content-encoding: gzip`; without that header the bytes are taken as they are. Stops as soon as there is one
 * byte too many, so that a bomb costs what the cap costs.
 * @throws ProblemError
 */
export async function gunzipCapped(body: Buffer, encoding: string | undefined, max: number): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  if (!isGzip(encoding)) throw new ProblemError('unsupported-encoding');
  try {
    return await gunzipWithin(body, max);
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError('malformed-gzip', { cause: error });
  }
}

/** @throws ProblemError `decompressed-too-large`, or what zlib says */
export async function gunzipWithin(body: Buffer, max: number): Promise<Buffer> {
  const gunzip = createGunzip();
  const chunks: Buffer[] = [];
  let size = 0;
  gunzip.end(body);
  for await (const chunk of gunzip as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > max) {
      gunzip.destroy();
      throw new ProblemError('decompressed-too-large', {
        detail: `The body is more than ${max} bytes once decompressed. Send fewer items in one request.`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Whether a Content-Encoding says gzip, and nothing else. */
export function isGzip(encoding: string | undefined): boolean {
  return encoding?.trim().toLowerCase() === 'gzip';
}

/** A payload for the framework's own parser, which compares Content-Length with the bytes on the wire. */
export function asPayload(body: Buffer, wireLength: number): Readable {
  return Object.assign(Readable.from(body.length > 0 ? [body] : []), { receivedEncodedLength: wireLength });
}
