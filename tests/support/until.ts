import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a condition instead of a time.
 * @param what for the message when it does not come true
 * @param everyMs pause between two looks; longer for what costs something to look at
 * @returns the first result that is neither false, null nor undefined
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 30_000,
  everyMs = 25,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await condition();
    if (result !== false && result !== null && result !== undefined) {
      return result as Exclude<T, false | null | undefined>;
    }
    if (performance.now() > deadline) throw new Error(`${what} did not come true within ${timeoutMs} ms`);
    await delay(everyMs);
  }
}
