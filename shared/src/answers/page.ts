import { z } from 'zod';

/** A page of a list: keyset cursor, no invented totals. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}
