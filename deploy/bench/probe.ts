import { cpus, loadavg } from 'node:os';
import { kernelBenchAvailable } from '../testbed/kernel/tools.js';
import type { Figure, PartName } from './figures.js';
import { readOptions } from './options.js';
import type { Part } from './part.js';
import { bytes } from './parts/bytes.js';
import { goodput } from './parts/goodput.js';
import { memory } from './parts/memory.js';
import { rate } from './parts/rate.js';
import { verdict } from './parts/verdict.js';
import { table } from './table.js';

const parts: Readonly<Record<PartName, Part>> = { rate, goodput, bytes, memory, verdict };

/** How a part went. */
interface PartReport {
  readonly part: PartName;
  readonly seconds: number;
  /** Why there are no figures. */
  readonly missing: string | null;
}

const options = readOptions(process.argv.slice(2));
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new Error('interrupted'));
  });
const note = (text: string) => process.stderr.write(`${text}\n`);

const kernel = kernelBenchAvailable();
const started = { at: new Date().toISOString(), loadAverage: loadavg() };
const figures: Figure[] = [];
const reports: PartReport[] = [];
for (const part of options.only) {
  const since = performance.now();
  let missing: string | null = null;
  const say = (text: string) => note(`${part.padEnd(8)} ${text}`);
  try {
    stop.signal.throwIfAborted();
    if (part !== 'memory' && !kernel.ok) throw new Error(`this machine cannot do it: ${kernel.why}`);
    const seen = await parts[part]({ options, say, signal: stop.signal });
    stop.signal.throwIfAborted();
    figures.push(...seen);
  } catch (error) {
    missing = stop.signal.aborted ? 'interrupted' : error instanceof Error ? error.message : String(error);
    say(`no figures: ${missing}`);
  }
  reports.push({ part, seconds: Math.round((performance.now() - since) / 1_000), missing });
}

const failed = figures.filter((f) => f.held === false);
const held = failed.length === 0 && reports.every((r) => r.missing === null);
if (options.json)
  process.stdout.write(
    `${JSON.stringify({
      held,
      startedAt: started.at,
      machine: {
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
        cores: cpus().length,
        loadAverage: { before: started.loadAverage, after: loadavg() },
      },
      runs: options.runs,
      parts: reports,
      figures,
    })}\n`,
  );
else {
  process.stdout.write(`${table(figures)}\n`);
  for (const { part, missing } of reports)
    if (missing !== null) process.stdout.write(`! ${part}: ${missing}\n`);
  if (held) process.stdout.write('Everything held.\n');
  if (failed.length > 0)
    process.stdout.write(`${failed.length} of ${figures.length} figures did not hold.\n`);
}
process.exitCode = stop.signal.aborted ? 130 : held ? 0 : 1;
