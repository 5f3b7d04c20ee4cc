import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../problems/problem.js';
import { InvalidCursorError } from '../store/cursor.js';

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

export interface Page<T> {
  readonly data: T[];
  readonly nextCursor: string | null;
}

/**
 * Answers a page and says where the next one is, in the header that every HTTP client knows (RFC 8288).
 * @throws ProblemError `invalid-cursor`
 */
export async function answerPage<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  listed: Promise<Page<T>>,
): Promise<Page<T>> {
  const page = await listed.catch((error: unknown) => {
    throw error instanceof InvalidCursorError ? new ProblemError('invalid-cursor', { cause: error }) : error;
  });
  if (page.nextCursor !== null) {
    const [path = '', query = ''] = request.url.split('?');
    const parameters = new URLSearchParams(query);
    parameters.set('cursor', page.nextCursor);
    reply.header('link', `<${path}?${parameters}>; rel="next"`);
  }
  return page;
}

/**
 * A page of a short list that is in memory as a whole, in the order of its keys.
 * @throws ProblemError `invalid-cursor`
 */
export function pageOfList<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { limit, cursor }: PageRequest,
): Page<T> {
  const start = cursor === undefined ? 0 : items.findIndex((item) => encode(keyOf(item)) === cursor) + 1;
  if (cursor !== undefined && start === 0) throw new ProblemError('invalid-cursor');
  const data = items.slice(start, start + limit);
  const last = data.at(-1);
  const more = start + limit < items.length;
  return { data, nextCursor: more && last !== undefined ? encode(keyOf(last)) : null };
}

function encode(key: string): string {
  return Buffer.from(key).toString('base64url');
}
