import type { z } from 'zod';

/** Where a list goes on. Its contents are nobody's business but ours. */
export interface Page {
  /** Rows wanted, 1 to `MAX_LIMIT`. */
  readonly limit: number;
  /** As the page before gave it. */
  readonly cursor?: string | null | undefined;
}

/** One page of a list; `nextCursor` is null on the last. */
export interface Listed<T> {
  readonly data: T[];
  readonly nextCursor: string | null;
}

export const MAX_LIMIT = 1000;

/** A cursor that we did not make. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
  constructor() {
    super('the cursor is not one that this list has given out');
  }
}

/** Packs the key of the last row. */
export function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Unpacks a key, checked against its schema. @throws InvalidCursorError */
export function decodeCursor<T>(cursor: string, schema: z.ZodType<T>): T {
  if (!/^[A-Za-z0-9_-]{1,1000}$/.test(cursor)) throw new InvalidCursorError();
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw new InvalidCursorError();
  }
}

/** Rows to ask for: one more than wanted tells whether there is a next page. */
export function rowsToAsk(page: Page): number {
  return Math.min(Math.max(1, Math.trunc(page.limit)), MAX_LIMIT) + 1;
}

/** Cuts the extra row off and makes the cursor of the next page. */
export function toPage<T>(
  rows: T[],
  asked: number,
  key: (row: T) => readonly (string | number)[],
): Listed<T> {
  const data = rows.slice(0, asked - 1);
  const last = data.at(-1);
  return { data, nextCursor: rows.length === asked && last !== undefined ? encodeCursor(key(last)) : null };
}
