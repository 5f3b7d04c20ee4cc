import { describe, expect, inject, it } from 'vitest';
import { kernelBenchAvailable, SYSTEM_TOOLS } from '../../deploy/dist/testbed/kernel/tools.js';
import { runRow } from './run-row.js';
import { QA_TABLE } from './table.js';

const tools = { ...SYSTEM_TOOLS, env: inject('toolEnv') };
const available = kernelBenchAvailable(tools);

/** The specification of the measurement, row by row, against a censor that works on real packets. */
describe.skipIf(!available.ok)(`what the probe says${available.ok ? '' : ` (${available.why})`}`, () => {
  it.each(QA_TABLE)('$name', async (row) => {
    const { faults, ...seen } = await runRow(row, tools);
    expect(faults, JSON.stringify(seen)).toEqual([]);
  });
});
