// First, as in the agent's own command.
import '@brakelight/probe-agent/small-heap';
import { openEngine } from '@brakelight/probe-agent/commands/engine';
import { readConfig } from '@brakelight/probe-agent/config';
import type { DrawnTest } from '@brakelight/shared';

/** Runs tests with the agent's own measurement engine, set up by the agent's own environment; prints each result as a line. */
const { measure } = openEngine(readConfig(process.env));
for (const test of JSON.parse(process.argv[2] ?? '') as DrawnTest[]) {
  let left = 100_000_000;
  const budget = {
    remaining: () => left,
    spend: (bytes: number) => {
      left -= bytes;
    },
  };
  const result = await measure(test, { budget, signal: new AbortController().signal });
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
process.exit();
