import { loadavg } from 'node:os';
import { kernelBenchAvailable, SYSTEM_TOOLS } from '../../deploy/dist/testbed/kernel/tools.js';
import { Confusion, type CountedRun } from './confusion-matrix.js';
import { readOptions } from './confusion-options.js';
import type { QaRow } from './row.js';
import { runRow } from './run-row.js';
import { NULL_ROWS } from './table.js';

/** Swap pairs of a run of a row on which nothing discriminates by name. */
const NULL_PAIRS = 8;

/** `npm run bench:confusion`: how often the probe says what the table says. Figures on stdout, progress on stderr. */
const { rows, runs, json } = readOptions(process.argv.slice(2));
const available = kernelBenchAvailable(SYSTEM_TOOLS);
if (!available.ok) {
  console.error(`The kernel bench cannot run here: ${available.why}`);
  process.exit(1);
}

const confusion = new Confusion(rows);
// The whole table may take hours: whoever stops it keeps what there is.
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    stopped = true;
    console.error('stopping after this row; once more to end at once');
  });

for (let run = 1; run <= runs && !stopped; run++) {
  for (const row of rows) {
    const counted = await runCounted(row);
    if (stopped) break;
    confusion.add(row, counted);
    const said = counted.faults.length === 0 ? 'right' : counted.faults.join('; ');
    const load = (loadavg()[0] ?? 0).toFixed(1);
    console.error(`run ${run}/${runs}  load ${load}  ${row.name}: ${said}`);
  }
}
console.log(json ? JSON.stringify(confusion.summary()) : confusion.table());
process.exit(confusion.holds() ? 0 : 1);

/** A run that breaks is a wrong one: the next may be better. */
async function runCounted(row: QaRow): Promise<CountedRun> {
  const pairs = NULL_ROWS.has(row) ? NULL_PAIRS : 1;
  try {
    return await runRow(row, { tools: SYSTEM_TOOLS, random: Math.random, pairs });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { test: 'broken', gains: [], controlRateBps: null, aborted: 0, faults: [`the run broke: ${why}`] };
  }
}
