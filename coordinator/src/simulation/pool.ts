import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type ScenarioResult, scenarioResult, type TargetOutcome } from './outcome.js';
import type { Scenario } from './scenario.js';
import { type RunOptions, targetsOf } from './target.js';

/** One target of one scenario, by name: scenarios hold functions, which cannot be sent to a thread. */
export interface Task {
  readonly scenario: string;
  readonly target: number;
}

/** Who wants to know how far it is. */
export interface Listener {
  /** A target is done. */
  target(scenario: Scenario, cells: number): void;
  /** A scenario is done, and all before it. */
  scenario(result: ScenarioResult): void;
}

/**
 * Simulates scenarios, target by target, in threads of their own. The result does not depend on how many there are; no
 * more than one target's evidence is in memory for each (up to 2 GB for 20 cells and 90 days).
 */
export async function simulate(
  scenarios: readonly Scenario[],
  options: RunOptions,
  threads: number,
  listener: Listener,
): Promise<void> {
  const tasks = scenarios.flatMap((scenario) =>
    Array.from({ length: targetsOf(scenario, options) }, (_, target) => ({ scenario, target })),
  );
  const outcomes = new Map<Scenario, TargetOutcome[]>(scenarios.map((scenario) => [scenario, []]));
  let told = 0;
  const done = (scenario: Scenario, target: number, outcome: TargetOutcome) => {
    const own = outcomes.get(scenario) as TargetOutcome[];
    own[target] = outcome;
    listener.target(scenario, outcome.cells);
    for (let next = scenarios[told]; next !== undefined; next = scenarios[++told]) {
      const known = outcomes.get(next) as TargetOutcome[];
      if (Object.keys(known).length < targetsOf(next, options)) return;
      listener.scenario(scenarioResult(next, known));
    }
  };
  let taken = 0;
  const thread = async () => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: options });
    try {
      for (let task = tasks[taken++]; task !== undefined; task = tasks[taken++]) {
        worker.postMessage({ scenario: task.scenario.name, target: task.target } satisfies Task);
        const [outcome] = (await once(worker, 'message')) as [TargetOutcome];
        done(task.scenario, task.target, outcome);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, tasks.length) }, thread));
}
