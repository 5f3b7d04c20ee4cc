import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.js';

describe('the batcher', () => {
  it('writes what many callers bring in few writes, none of them at once', async () => {
    const writes: number[][] = [];
    let running = 0;
    const batcher = new Batcher<number>({
      maxItems: 10,
      lingerMs: 1,
      write: async (items) => {
        expect(++running).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        writes.push([...items]);
        running--;
      },
    });
    await Promise.all(Array.from({ length: 50 }, (_, i) => batcher.add([2 * i, 2 * i + 1])));
    expect(writes.flat()).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(writes).toHaveLength(10);
    await batcher.add([100]);
    expect(writes.at(-1)).toEqual([100]);
  });

  it('fails only the group that cannot be written', async () => {
    const written: string[] = [];
    const batcher = new Batcher<string>({
      maxItems: 100,
      lingerMs: 1,
      write: async (items) => {
        if (items.includes('poison')) throw new Error('poison');
        written.push(...items);
      },
    });
    const answers = await Promise.allSettled([
      batcher.add(['a']),
      batcher.add(['b', 'poison']),
      batcher.add(['c']),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(written).toEqual(['a', 'c']);
  });
});
