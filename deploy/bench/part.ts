import { KernelBench } from '../testbed/kernel/bench.js';
import type { KernelBenchOptions } from '../testbed/kernel/options.js';
import type { Figure } from './figures.js';
import type { BenchOptions } from './options.js';

/** What every part is given. */
export interface Bench {
  readonly options: BenchOptions;
  /** Progress, for people. */
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Measures one part. @throws Error that says what the machine could not do */
export type Part = (bench: Bench) => Promise<Figure[]>;

/** Builds a kernel bench, works on it, and takes it down whatever happens; an interruption takes it down at once. */
export async function onKernelBench<T>(
  options: KernelBenchOptions,
  signal: AbortSignal,
  work: (bench: KernelBench) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const bench = await KernelBench.start(options);
  const close = () => void bench.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    signal.throwIfAborted();
    return await work(bench);
  } finally {
    signal.removeEventListener('abort', close);
    await bench.close();
  }
}
