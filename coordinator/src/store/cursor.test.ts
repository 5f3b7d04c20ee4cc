import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor, InvalidCursorError, MAX_LIMIT, rowsToAsk, toPage } from './cursor.js';

const Key = z.tuple([z.int(), z.string()]);

describe('a cursor', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string({ maxLength: 100 }), (at, id) => {
        expect(decodeCursor(encodeCursor([at, id]), Key)).toEqual([at, id]);
      }),
    );
  });

  it('is refused when it is anything else, and nothing else is thrown', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(encodeText)), (text) => {
        try {
          const [at, id] = decodeCursor(text, Key);
          expect([typeof at, typeof id]).toEqual(['number', 'string']);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidCursorError);
        }
      }),
    );
  });
});

describe('a page', () => {
  it('says whether there is another by one row more than wanted', () => {
    const asked = rowsToAsk({ limit: 2 });
    const key = (n: number) => [n];
    expect(toPage([1, 2], asked, key)).toEqual({ data: [1, 2], nextCursor: null });
    expect(toPage([1, 2, 3], asked, key)).toEqual({ data: [1, 2], nextCursor: encodeCursor([2]) });
  });

  it.each([
    [0, 2],
    [-1, 2],
    [1e9, MAX_LIMIT + 1],
    [2.7, 3],
  ])('of %d rows asks for %d', (limit, asked) => {
    expect(rowsToAsk({ limit })).toBe(asked);
  });
});

function encodeText(text: string): string {
  return Buffer.from(text).toString('base64url');
}
