import { download, LADDER, platformTest } from '../drawn-tests.js';
import { type Figure, figure, median } from '../figures.js';
import { type Bench, onKernelBench } from '../part.js';
import { wireBytes } from '../wire-bytes.js';

const NAME = 'chirp.example';
const LINE = { name: 'probe', rttMs: 40, downKbps: 30_000, upKbps: 30_000 };

const STATES = [
  { state: 'open', end: 'fast', censor: [], maxKb: 115, maxSeconds: 0.4 },
  {
    state: 'throttled',
    end: 'slow',
    censor: [{ trigger: { sni: NAME }, action: { kind: 'police', kbps: 140, bucketBytes: 20_000 } }],
    maxKb: 80,
    maxSeconds: 3,
  },
] as const;

/**
 * What one arm costs: bytes that the kernel counted on the client's interface, name look-up and handshakes included, and
 * the time from the request to the decision.
 */
export async function bytes({ options, say, signal }: Bench): Promise<Figure[]> {
  const objects = [{ path: '/object', bytes: 4_000_000, contentType: 'video/mp4' }];
  const sites = [{ name: NAME, hosts: [NAME], objects }];
  return onKernelBench({ clients: [LINE], sites }, signal, async (bench) => {
    const figures: Figure[] = [];
    for (const { state, end, censor, maxKb, maxSeconds } of STATES) {
      say(`${options.runs} arms, ${state}`);
      await bench.impose(censor);
      const [kb, seconds, whole, right]: [number[], number[], number[], number[]] = [[], [], [], []];
      for (let run = 0; run < options.runs; run++) {
        const test = platformTest([download('A', `https://${NAME}/object`, LADDER)]);
        const { result, bytes } = await wireBytes(bench, LINE.name, () => bench.measure(LINE.name, [test]));
        const arm = result[0]?.arms[0];
        kb.push(bytes / 1_000);
        seconds.push((arm?.curve.at(-1)?.[0] ?? Number.NaN) / 1_000);
        whole.push((arm?.durationMs ?? Number.NaN) / 1_000);
        right.push(arm?.end.kind === 'decided' && arm.end.as === end ? 1 : 0);
      }
      const share = right.reduce((sum, one) => sum + one, 0) / right.length;
      figures.push(
        figure('bytes', `wire bytes of an arm, ${state}`, median(kb), 'kB', { max: maxKb }, kb),
        figure('bytes', `decision, ${state}`, median(seconds), 's', { max: maxSeconds }, seconds),
        figure('bytes', `whole arm, ${state}`, median(whole), 's', null, whole),
        figure('bytes', `decided ${end}, ${state}`, share, 'of arms', null, right),
      );
    }
    return figures;
  });
}
