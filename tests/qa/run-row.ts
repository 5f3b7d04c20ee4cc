import { classify } from '@brakelight/coordinator/detection/classify';
import type { DrawnArm, DrawnTest } from '@brakelight/shared';
import { ulid } from 'ulid';
import { KernelBench, type MeasurementEndpoint } from '../../deploy/dist/testbed/kernel/bench.js';
import type { KernelTools } from '../../deploy/dist/testbed/kernel/tools.js';
import { CONTROL, type EndName, endName, type Outcome, type QaRow, TARGET } from './table.js';

const PATH = '/object';
const TRIGGER_HOST = `media.${TARGET}`;
/** As long as the trigger: nothing but the name differs between C and D. */
const NEUTRAL_HOST = 'media.birch.example';
const LADDER = [96_000, 256_000, 512_000];
const DEEP_LADDER = [...LADDER, 1_000_000];
/** Rates of C and D that differ by less than this factor are alike. */
const ALIKE_FACTOR = 3;

/** What came out of a row. */
export interface RowResult {
  readonly end: EndName;
  readonly test: Outcome;
  /** g of the swap pair, in [-1, 1]; `null` where the pair says nothing. */
  readonly gain: number | null;
  /** What is not as the row wants it; empty when the row is right. */
  readonly faults: readonly string[];
}

/** Builds the row's network, runs one platform test and one swap pair through the agent's engine, and compares. */
export async function runRow(row: QaRow, tools: KernelTools): Promise<RowResult> {
  const objects = [{ path: PATH, bytes: 20_000_000, contentType: 'video/mp4' }];
  const bench = await KernelBench.start({
    tools,
    clients: [{ ...row.line, name: 'probe' }],
    sites: [
      { name: TARGET, hosts: [TRIGGER_HOST], objects, extraRttMs: row.targetExtraRttMs ?? 0 },
      { name: CONTROL, hosts: [CONTROL], objects },
    ],
    extraServers: 1,
    censor: row.censor,
    congestion: row.congestion ?? 'cubic',
  });
  try {
    const server = await bench.startMeasurementServer();
    if (row.competing) compete(bench);
    const ladder = row.deep ? DEEP_LADDER : LADDER;
    const [platform, swap] = await bench.measure('probe', [
      drawn('platform', [webArm('A', TRIGGER_HOST, ladder), webArm('B', CONTROL, ladder)], row),
      drawn(
        'swap',
        [swapArm('C', TRIGGER_HOST, ladder, server), swapArm('D', NEUTRAL_HOST, ladder, server)],
        row,
      ),
    ]);
    const a = platform?.arms.find((arm) => arm.arm === 'A');
    if (!platform || !swap || !a) throw new Error('a test came back without its arms');
    const said = classify(platform);
    const test = said.class ?? said.invalidReason;
    if (test === null) throw new Error('a test is neither classed nor invalid');
    const { gain } = classify(swap);
    const seen = { end: endName(a.end), test, gain };
    return { ...seen, faults: faultsOf(row, seen) };
  } finally {
    await bench.close();
  }
}

function faultsOf({ expect }: QaRow, seen: Omit<RowResult, 'faults'>): string[] {
  const faults: string[] = [];
  if (expect.end && !expect.end.includes(seen.end)) faults.push(`arm A ended ${seen.end}, not ${expect.end}`);
  if (!expect.test.includes(seen.test)) faults.push(`the test was called ${seen.test}, not ${expect.test}`);
  const bound = Math.min(1, Math.log(ALIKE_FACTOR) / 0.8);
  if (expect.swap === 'trigger-slower' && !(seen.gain !== null && seen.gain > 0))
    faults.push(`the swap pair's gain is ${seen.gain}, not above 0`);
  if (expect.swap === 'alike' && seen.gain !== null && Math.abs(seen.gain) >= bound)
    faults.push(`the swap pair's gain is ${seen.gain}: C and D are not alike`);
  return faults;
}

/** Another download of the same client; it ends with the bench. */
function compete(bench: KernelBench): void {
  const program = `
    const { get } = require('node:https');
    const again = () => get({ host: '${bench.siteAddress(CONTROL)}', servername: '${CONTROL}', path: '${PATH}', headers: { host: '${CONTROL}' } },
      (response) => response.resume().on('end', again)).on('error', () => setTimeout(again, 100));
    again();`;
  const env = { NODE_EXTRA_CA_CERTS: bench.caFile };
  bench.spawn('probe', [process.execPath, '-e', program], env, ['ignore', 'ignore', 'ignore']);
}

function drawn(kind: DrawnTest['kind'], arms: DrawnArm[], row: QaRow): DrawnTest {
  return {
    id: ulid(),
    ticket: 'bench',
    kind,
    target: 'chirp',
    control: kind === 'platform' ? 'mirror' : null,
    deep: row.deep ?? false,
    arms,
    drawnAt: new Date().toISOString(),
  };
}

function webArm(arm: 'A' | 'B', host: string, ladder: number[]): DrawnArm {
  return {
    arm,
    direction: 'download',
    url: `https://${host}${PATH}`,
    connect: null,
    trust: { kind: 'web' },
    ladder,
    ask: 'range',
  };
}

function swapArm(arm: 'C' | 'D', host: string, ladder: number[], server: MeasurementEndpoint): DrawnArm {
  const { address, port, pins } = server;
  return {
    arm,
    direction: 'download',
    url: `https://${host}/v1/down`,
    connect: { address, port },
    trust: { kind: 'pins', pins: [...pins] },
    ladder,
    ask: 'query',
  };
}
