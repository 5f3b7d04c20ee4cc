import { parentPort, workerData } from 'node:worker_threads';
import type { Task } from './pool.js';
import { SCENARIOS } from './scenarios.js';
import { type RunOptions, simulateTarget } from './target.js';

/** A thread of the pool: simulates one target after another, as it is told. */
const options = workerData as RunOptions;
parentPort?.on('message', ({ scenario, target }: Task) => {
  const known = SCENARIOS.find(({ name }) => name === scenario);
  if (known === undefined) throw new Error(`no scenario ${scenario}`);
  parentPort?.postMessage(simulateTarget(known, options, target));
});
