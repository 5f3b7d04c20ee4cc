import { classify } from '@brakelight/coordinator/detection/classify';
import type { KernelBench } from '../../testbed/kernel/bench.js';
import { type CurlTransfer, curl } from '../curl.js';
import { download, LADDER, platformTest } from '../drawn-tests.js';
import { type Figure, figure } from '../figures.js';
import { type Bench, onKernelBench } from '../part.js';
import { wireBytes } from '../wire-bytes.js';

const TARGET = 'chirp.example';
const CONTROL = 'mirror.example';
const PATH = '/object';
const LINE = { name: 'probe', rttMs: 40, downKbps: 30_000, upKbps: 30_000 };
const THROTTLE = {
  trigger: { sni: TARGET },
  action: { kind: 'police', kbps: 140, bucketBytes: 20_000 },
} as const;
const STATES = [
  { state: 'open', censor: [], throttled: false },
  { state: 'throttled', censor: [THROTTLE], throttled: true },
] as const;
const FULL_RATE_SECONDS = 10;
const REPLAY_BYTES = 3_000_000;
/** A replay at 140 kbit/s would last three minutes; it is cut, which costs the reference less. */
const REPLAY_SECONDS = 30;
const AT_MOST = 0.1;

/** A way to tell whether the target is throttled. */
interface Method {
  readonly name: string;
  /** How often in each state; the references hardly vary, and cost minutes. */
  readonly runs: number;
  readonly saysThrottled: (bench: KernelBench, run: number) => Promise<boolean>;
}

/**
 * Bytes on the wire for each correct verdict, open and throttled in equal parts: the agent's pair, a 10-second full-rate
 * test (ndt7's rule), and a WeHe-style pair of full replays.
 */
export async function verdict({ options, say, signal }: Bench): Promise<Figure[]> {
  const references = Math.max(1, Math.floor(options.runs / 5));
  const ours: Method = { name: 'ours', runs: options.runs, saysThrottled: ourPair };
  const ndt7: Method = { name: '10 s at full rate', runs: references, saysThrottled: fullRate };
  const wehe: Method = { name: 'pair of 3 MB replays', runs: references, saysThrottled: replays };
  const objects = [{ path: PATH, bytes: 64_000_000, contentType: 'video/mp4' }];
  const sites = [TARGET, CONTROL].map((name) => ({ name, hosts: [name], objects }));
  return onKernelBench({ clients: [LINE], sites }, signal, async (bench) => {
    const figures: Figure[] = [];
    const costs = new Map<Method, number>();
    for (const method of [ours, ndt7, wehe]) {
      const means: number[] = [];
      let right = 0;
      for (const { state, censor, throttled } of STATES) {
        say(`${method.name}, ${state}`);
        await bench.impose(censor);
        const samples: number[] = [];
        for (let run = 0; run < method.runs; run++) {
          const { result, bytes } = await wireBytes(bench, LINE.name, () => method.saysThrottled(bench, run));
          samples.push(bytes / 1_000);
          if (result === throttled) right += 1;
        }
        means.push(mean(samples));
        figures.push(
          figure('verdict', `${method.name}, ${state}`, mean(samples), 'kB a test', null, samples),
        );
      }
      const share = right / (STATES.length * method.runs);
      const cost = mean(means) / share;
      costs.set(method, cost);
      figures.push(
        figure('verdict', `${method.name}, correct`, share, 'of tests', null),
        figure('verdict', `${method.name}, for a correct verdict`, cost, 'kB', null),
      );
    }
    for (const reference of [ndt7, wehe]) {
      const ratio = (costs.get(ours) ?? Number.NaN) / (costs.get(reference) ?? Number.NaN);
      figures.push(
        figure('verdict', `ours against: ${reference.name}`, ratio, 'of its bytes', { max: AT_MOST }),
      );
    }
    return figures;
  });
}

async function ourPair(bench: KernelBench, run: number): Promise<boolean> {
  const a = download('A', `https://${TARGET}${PATH}`, LADDER);
  const b = download('B', `https://${CONTROL}${PATH}`, LADDER);
  const [result] = await bench.measure(LINE.name, [platformTest(run % 2 === 0 ? [a, b] : [b, a])]);
  return result !== undefined && classify(result).class === 'slow';
}

/** Below half of what the line is known to carry: kinder to it than life, where nobody knows. */
async function fullRate(bench: KernelBench): Promise<boolean> {
  const url = `https://${TARGET}${PATH}`;
  const transfer = await curl(bench, LINE.name, url, { maxSeconds: FULL_RATE_SECONDS });
  return kbps(transfer) < LINE.downKbps / 2;
}

async function replays(bench: KernelBench): Promise<boolean> {
  const options = { bytes: REPLAY_BYTES, maxSeconds: REPLAY_SECONDS };
  const original = await curl(bench, LINE.name, `https://${TARGET}${PATH}`, options);
  const inverted = await curl(bench, LINE.name, `https://${CONTROL}${PATH}`, options);
  return kbps(original) < kbps(inverted) / 2;
}

function kbps({ bytes, ms }: CurlTransfer): number {
  return (bytes * 8) / ms;
}

function mean(samples: readonly number[]): number {
  return samples.reduce((sum, one) => sum + one, 0) / samples.length;
}
