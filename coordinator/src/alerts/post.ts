import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import type { CheckedUrl } from './address-guard.js';

/** What a receiver answered. */
export interface PostAnswer {
  readonly status: number;
  /** Milliseconds that it asked us to wait; `null` where it did not. */
  readonly retryAfterMs: number | null;
}

/** From first packet to status line. */
const DEADLINE_MS = 15_000;
const CONNECT_MS = 5_000;
/** Bytes of an answer's body that are read (and thrown away) before the connection is cut. */
const BODY_LIMIT = 16 * 1024;

/**
 * Sends one message. Connects to an address that was checked and to no other, follows no redirect, uses no proxy from
 * the environment, reads no more of the answer than its status.
 * @param now wall clock in Unix milliseconds, for a Retry-After that is a date
 * @throws Error when there was no answer
 */
export async function post(
  target: CheckedUrl,
  headers: Readonly<Record<string, string>>,
  body: string,
  now: () => number,
): Promise<PostAnswer> {
  const dispatcher = new Agent({
    connect: { lookup: only(target), timeout: CONNECT_MS },
    headersTimeout: DEADLINE_MS,
    bodyTimeout: DEADLINE_MS,
    pipelining: 0,
  });
  try {
    const answer = await request(target.url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'Brakelight-Webhooks' },
      body,
      dispatcher,
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    // The status is the answer: a body that is cut, endless or slow changes nothing.
    await answer.body.dump({ limit: BODY_LIMIT, signal: AbortSignal.timeout(1000) }).catch(() => undefined);
    return { status: answer.statusCode, retryAfterMs: retryAfter(answer.headers['retry-after'], now()) };
  } finally {
    await dispatcher.destroy();
  }
}

/** A name look-up that knows one answer. Literal addresses never get here; they were checked as they stand. */
function only({ addresses }: CheckedUrl): LookupFunction {
  return (_hostname, options, callback) => {
    const wanted = addresses.filter(({ family }) => !options.family || options.family === family);
    const [first] = wanted;
    if (!first) callback(new Error('no address of that family'), '');
    else if (options.all) callback(null, [...wanted]);
    else callback(null, first.address, first.family);
  };
}

/** Retry-After (RFC 9110): seconds, or an HTTP date. Anything else is not one. */
export function retryAfter(value: string | string[] | undefined, now: number): number | null {
  if (typeof value !== 'string') return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = value.endsWith('GMT') ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
