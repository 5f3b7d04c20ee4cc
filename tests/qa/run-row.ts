import { classify } from '@brakelight/coordinator/detection/classify';
import { mechanismOf } from '@brakelight/coordinator/detection/mechanism';
import type { AddressFamily, DrawnTest, TestResult } from '@brakelight/shared';
import { KernelBench, type MeasurementEndpoint } from '../../deploy/dist/testbed/kernel/bench.js';
import type { KernelTools } from '../../deploy/dist/testbed/kernel/tools.js';
import { OBJECT_PATH, RowTests, TRIGGER_HOST } from './drawn-tests.js';
import { endName } from './end-name.js';
import { faultsOf, type Seen } from './faults.js';
import { median } from './median.js';
import type { Outcome, QaRow, SwapOutcome } from './row.js';
import { senderSeries } from './sender-series.js';
import { CONTROL, TARGET } from './table.js';

/** A probe in trouble has measured itself: the test is drawn again, as a coordinator would, so often at most. */
const MOST_TRIES = 4;
/** One pair may differ by chance; that two names are alike takes more than one. */
const PAIRS_OF_ALIKE = 3;
const OBJECTS = [{ path: OBJECT_PATH, bytes: 20_000_000, contentType: 'video/mp4' }];

export interface RowSettings {
  readonly tools: KernelTools;
  /** Uniform in [0, 1): the order of the arms. */
  readonly random: () => number;
  /** Least number of swap pairs of downloads (1). */
  readonly pairs?: number;
}

export interface RowResult extends Seen {
  /** g of every pair of downloads that says something. */
  readonly gains: readonly number[];
  /** Rate of arm B, bits per second, as it is reported. */
  readonly controlRateBps: number | null;
  /** Tests that the probe gave up for a trouble of its own (a busy machine), and drew again. */
  readonly aborted: number;
  /** What is not as the row wants it; empty when the row is right. */
  readonly faults: readonly string[];
}

/** Builds the row's network, runs its tests through the agent's engine, and compares. */
export async function runRow(row: QaRow, { tools, random, pairs = 1 }: RowSettings): Promise<RowResult> {
  const bench = await KernelBench.start({
    tools,
    clients: [{ ...row.line, name: 'probe' }],
    sites: [
      { ...row.platform, name: TARGET, hosts: [TRIGGER_HOST], objects: OBJECTS },
      { name: CONTROL, hosts: [CONTROL], objects: OBJECTS },
    ],
    extraServers: 1,
    censor: row.censor,
    congestion: row.congestion ?? 'cubic',
  });
  try {
    const server = await bench.startMeasurementServer(row.family);
    if (row.competing) compete(bench, row.family);
    const tests = new RowTests(row, server, random);
    const downloads = Math.max(pairs, pairsFor(row.expect.swap));
    const uploads = pairsFor(row.expect.upload);
    const { results, aborted } = await measure(bench, [
      () => tests.platform(),
      ...Array.from({ length: downloads }, () => () => tests.swap('download')),
      ...Array.from({ length: uploads }, () => () => tests.swap('upload')),
    ]);
    const [platform, swap] = results as [TestResult, TestResult];
    const gains = gainsOf(results.slice(1, 1 + downloads));
    const seen: Seen = {
      end: armEnd(platform, 'A'),
      test: outcome(platform),
      triggerEnd: armEnd(swap, 'C'),
      gain: median(gains),
      uploadGain: median(gainsOf(results.slice(1 + downloads))),
      mechanism: row.expect.mechanism === undefined ? undefined : await mechanism(bench, server, swap),
    };
    const { controlRateBps } = classify(platform);
    return { ...seen, gains, controlRateBps, aborted, faults: faultsOf(row, seen) };
  } finally {
    await bench.close();
  }
}

async function measure(
  bench: KernelBench,
  draws: readonly (() => DrawnTest)[],
): Promise<{ results: TestResult[]; aborted: number }> {
  const results = await bench.measure(
    'probe',
    draws.map((draw) => draw()),
  );
  let aborted = 0;
  for (const [i, draw] of draws.entries())
    for (let tries = 1; isAborted(results[i]) && tries < MOST_TRIES; tries++) {
      aborted += 1;
      results.splice(i, 1, ...(await bench.measure('probe', [draw()])));
    }
  return { results, aborted };
}

function pairsFor(wanted: SwapOutcome | undefined): number {
  if (wanted === undefined) return 0;
  return wanted === 'alike' ? PAIRS_OF_ALIKE : 1;
}

/** g of every pair that says something. */
function gainsOf(pairs: readonly TestResult[]): number[] {
  return pairs.map((pair) => classify(pair).gain).filter((gain) => gain !== null);
}

function isAborted(result: TestResult | undefined): boolean {
  return result?.arms.some((arm) => arm.end.kind === 'aborted') ?? false;
}

function armEnd({ arms }: TestResult, name: 'A' | 'C'): string {
  const arm = arms.find((one) => one.arm === name);
  return arm === undefined ? 'not run' : endName(arm.end);
}

function outcome(platform: TestResult): Outcome {
  const said = classify(platform);
  const called = said.class ?? said.invalidReason;
  if (called === null) throw new Error('a test is neither classed nor invalid');
  return called;
}

async function mechanism(bench: KernelBench, server: MeasurementEndpoint, swap: TestResult) {
  const trigger = await senderSeries(bench, server, `${swap.id}-C`);
  return mechanismOf(trigger, await senderSeries(bench, server, `${swap.id}-D`));
}

/** Another download of the same client; it ends with the bench. */
function compete(bench: KernelBench, family?: AddressFamily): void {
  const program = `
    const { get } = require('node:https');
    const again = () => get({ host: '${bench.siteAddress(CONTROL, family)}', servername: '${CONTROL}', path: '${OBJECT_PATH}', headers: { host: '${CONTROL}' } },
      (response) => response.resume().on('end', again)).on('error', () => setTimeout(again, 100));
    again();`;
  const env = { NODE_EXTRA_CA_CERTS: bench.caFile };
  bench.spawn('probe', [process.execPath, '-e', program], env, ['ignore', 'ignore', 'ignore']);
}
