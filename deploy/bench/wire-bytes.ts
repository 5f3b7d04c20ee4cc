import { setTimeout as sleep } from 'node:timers/promises';
import type { KernelBench } from '../testbed/kernel/bench.js';

/** What is still on its way when a program has ended: the goodbyes of its connections. */
const LINGER_MS = 500;

/** Does something and counts what crossed the client's interface meanwhile, in both directions. */
export async function wireBytes<T>(
  bench: KernelBench,
  client: string,
  work: () => Promise<T>,
): Promise<{ result: T; bytes: number }> {
  const before = await bench.counters(client);
  const result = await work();
  await sleep(LINGER_MS);
  const after = await bench.counters(client);
  return { result, bytes: after.rxBytes - before.rxBytes + after.txBytes - before.txBytes };
}
