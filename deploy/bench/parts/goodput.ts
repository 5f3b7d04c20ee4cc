import type { ArmObservation } from '@brakelight/shared';
import { type KernelBench, SERVERS } from '../../testbed/kernel/bench.js';
import { curl } from '../curl.js';
import { download, platformTest } from '../drawn-tests.js';
import { type Figure, figure, median } from '../figures.js';
import { type Bench, onKernelBench } from '../part.js';

const NAME = 'chirp.example';
const LINE = { name: 'probe', rttMs: 40, downKbps: 20_000, upKbps: 20_000 };
const LINE_OBJECT = { path: '/4mb', bytes: 4_000_000, contentType: 'video/mp4' };
const LOOPBACK_OBJECT = { path: '/64mb', bytes: 64_000_000, contentType: 'video/mp4' };

/** Goodput of the same object by the agent's engine and by curl, in turns, from the request to the last byte. */
export async function goodput({ options, say, signal }: Bench): Promise<Figure[]> {
  const sites = [{ name: NAME, hosts: [NAME], objects: [LINE_OBJECT, LOOPBACK_OBJECT] }];
  return onKernelBench({ clients: [LINE], sites }, signal, async (bench) => {
    say('4 MB on a 20 Mbit/s line, engine and curl in turns');
    const line = await inTurns(bench, LINE.name, LINE_OBJECT, options.runs);
    say('64 MB on loopback, engine and curl in turns');
    const loopback = await inTurns(bench, SERVERS, LOOPBACK_OBJECT, options.runs);
    return [
      figure('goodput', 'curl, 20 Mbit/s line', median(line.curl), 'Mbit/s', null, line.curl),
      figure('goodput', 'engine, 20 Mbit/s line', median(line.engine), 'Mbit/s', null, line.engine),
      against('engine against curl, 20 Mbit/s line', line, { min: 0.95, max: 1.05 }),
      figure('goodput', 'curl, loopback', median(loopback.curl), 'Mbit/s', null, loopback.curl),
      figure('goodput', 'engine, loopback', median(loopback.engine), 'Mbit/s', null, loopback.engine),
      against('engine against curl, loopback', loopback, { min: 0.8 }),
    ];
  });
}

interface Turns {
  readonly engine: readonly number[];
  readonly curl: readonly number[];
}

/** Median of the ratios of neighbours: what changes slowly on a busy machine falls out. */
function against(name: string, turns: Turns, bound: { min: number; max?: number }): Figure {
  const ratios = turns.engine.map((mbps, i) => mbps / (turns.curl[i] ?? Number.NaN));
  return figure('goodput', name, median(ratios), 'of curl', bound, ratios);
}

async function inTurns(
  bench: KernelBench,
  namespace: string,
  object: { path: string; bytes: number },
  runs: number,
): Promise<Turns> {
  const url = `https://${NAME}${object.path}`;
  const engine: number[] = [];
  const byCurl: number[] = [];
  for (let run = 0; run < runs; run++) {
    // A process that has measured before: its TLS stack and its code are warm, as an agent's are.
    const tests = [1, 2].map(() => platformTest([download('A', url, [object.bytes])], true));
    const results = await bench.measure(namespace, tests);
    engine.push(mbps(object.bytes, wholeMs(results.at(-1)?.arms[0])));
    const { bytes, ms } = await curl(bench, namespace, url);
    byCurl.push(mbps(bytes, ms));
  }
  return { engine, curl: byCurl };
}

/** From the request to the last byte. @throws Error where the object did not come whole */
function wholeMs(arm: ArmObservation | undefined): number {
  if (arm?.end.kind !== 'complete')
    throw new Error(`the engine's download ended ${JSON.stringify(arm?.end)}`);
  return arm.curve.at(-1)?.[0] ?? Number.NaN;
}

function mbps(bytes: number, ms: number): number {
  return (bytes * 8) / ms / 1_000;
}
