import { loadavg } from 'node:os';
import { kernelBenchAvailable, SYSTEM_TOOLS } from '../../deploy/dist/testbed/kernel/tools.js';
import { Confusion } from './confusion-matrix.js';
import { readOptions } from './confusion-options.js';
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
for (let run = 1; run <= runs; run++) {
  for (const row of rows) {
    const pairs = NULL_ROWS.has(row) ? NULL_PAIRS : 1;
    const result = await runRow(row, { tools: SYSTEM_TOOLS, random: Math.random, pairs });
    confusion.add(row, result);
    const said = result.faults.length === 0 ? 'right' : result.faults.join('; ');
    const load = (loadavg()[0] ?? 0).toFixed(1);
    console.error(`run ${run}/${runs}  load ${load}  ${row.name}: ${said}`);
  }
}
console.log(json ? JSON.stringify(confusion.summary()) : confusion.table());
process.exit(confusion.holds() ? 0 : 1);
