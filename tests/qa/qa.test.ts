import { describe, expect, inject, it } from 'vitest';
import { kernelBenchAvailable, SYSTEM_TOOLS } from '../../deploy/dist/testbed/kernel/tools.js';
import type { QaRow } from './row.js';
import { runRow } from './run-row.js';
import { QA_TABLE } from './table.js';

const tools = { ...SYSTEM_TOOLS, env: inject('toolEnv') };
const available = kernelBenchAvailable(tools);
const run = (row: QaRow) => runRow(row, { tools, random: Math.random });
const row = (name: string) => QA_TABLE.find((one) => one.name === name) as QaRow;

async function expectRight(one: QaRow): Promise<void> {
  const { faults, ...seen } = await run(one);
  expect(faults, JSON.stringify(seen)).toEqual([]);
}

/** The specification of the measurement, row by row, against a censor that works on real packets. */
describe.skipIf(!available.ok)(`what the probe says${available.ok ? '' : ` (${available.why})`}`, () => {
  for (const one of QA_TABLE) if (!one.alone) it.concurrent(one.name, () => expectRight(one));
  for (const one of QA_TABLE) if (one.alone) it(one.name, () => expectRight(one));

  describe('a row that expects the wrong thing fails', () => {
    const open = row('open 30 Mbit/s');
    const policed = row('policed by SNI to 140 kbit/s with a bucket of 20 kB (cubic)');
    const reset = row('reset on SNI');

    it.concurrent('an open line where a policer is expected', async () => {
      const { faults } = await run({ ...policed, censor: open.censor });
      expect(faults).toEqual([
        'arm A ended fast, not slow',
        'the test was called normal, not slow',
        'arm C ended fast, not slow',
        expect.stringMatching(/^the gain of the swap pair is .*: not trigger-slower$|^the mechanism/),
        ...(faults.length > 4 ? ['the mechanism was called null, not policing'] : []),
      ]);
    });

    it.concurrent('a policer where an open line is expected', async () => {
      const { faults } = await run({ ...open, censor: policed.censor });
      expect(faults).toEqual([
        'arm A ended slow, not fast',
        'the test was called slow, not normal',
        'the gain of the swap pair is 1: not alike',
        'the gain of the swap pair of uploads is 1: not alike',
        'the mechanism was called policing, not null',
      ]);
    });

    it.concurrent('a policer of IPv6 where only IPv4 is policed', async () => {
      const spared = row('policed by SNI on IPv4 only as IPv6 sees it');
      const { faults } = await run({ ...spared, censor: policed.censor });
      expect(faults).toEqual([
        'arm A ended slow, not fast',
        'the test was called slow, not normal',
        'the gain of the swap pair is 1: not alike',
        'the mechanism was called policing, not null',
      ]);
    });

    it.concurrent('a reset where silence is expected', async () => {
      const { faults } = await run({ ...row('silence on SNI'), censor: reset.censor });
      expect(faults).toEqual([
        'arm A ended tls/reset, not tls/timeout',
        'arm C ended tls/reset, not tls/timeout',
      ]);
    });
  });
});
