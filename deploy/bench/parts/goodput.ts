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

/**
 * Goodput of the same object by the agent's engine and by curl, in turns, from the request to the last byte. On the line:
 * the median of the ratios of neighbours, so that what changes slowly on a busy machine falls out. On loopback: the
 * most that each of them reached, in as many transfers.
 */
export async function goodput({ options, say, signal }: Bench): Promise<Figure[]> {
  const sites = [{ name: NAME, hosts: [NAME], objects: [LINE_OBJECT, LOOPBACK_OBJECT] }];
  return onKernelBench({ clients: [LINE], sites }, signal, async (bench) => {
    say('4 MB on a 20 Mbit/s line, engine and curl in turns');
    const line = await inTurns(bench, LINE.name, LINE_OBJECT, options.runs, { warmUp: 1, transfers: 1 });
    const ratios = line.engine.map((mbps, i) => mbps / (line.curl[i] ?? Number.NaN));
    say('64 MB on loopback, engine and curl in turns');
    const far = await inTurns(bench, SERVERS, LOOPBACK_OBJECT, options.runs, {
      warmUp: 6,
      transfers: 6,
    });
    const ceiling = { engine: Math.max(...far.engine), curl: Math.max(...far.curl) };
    const within = { min: 0.95, max: 1.05 };
    return [
      figure('goodput', 'curl, 20 Mbit/s line', median(line.curl), 'Mbit/s', null, line.curl),
      figure('goodput', 'engine, 20 Mbit/s line', median(line.engine), 'Mbit/s', null, line.engine),
      figure('goodput', 'engine against curl, 20 Mbit/s line', median(ratios), 'of curl', within, ratios),
      figure('goodput', 'curl, loopback ceiling', ceiling.curl, 'Mbit/s', null, far.curl),
      figure('goodput', 'engine, loopback ceiling', ceiling.engine, 'Mbit/s', null, far.engine),
      figure('goodput', 'engine against curl, loopback', ceiling.engine / ceiling.curl, 'of curl', {
        min: 0.8,
      }),
    ];
  });
}

/** Goodputs in Mbit/s, in the order in which they were measured. */
interface Turns {
  readonly engine: readonly number[];
  readonly curl: readonly number[];
}

/**
 * @param warmUp transfers of the engine's process before those that count: its code and its TLS stack are warm then, as
 * those of an agent are
 * @param transfers of each in every turn
 */
async function inTurns(
  bench: KernelBench,
  namespace: string,
  object: { readonly path: string; readonly bytes: number },
  turns: number,
  { warmUp, transfers }: { readonly warmUp: number; readonly transfers: number },
): Promise<Turns> {
  const url = `https://${NAME}${object.path}`;
  const seen: { engine: number[]; curl: number[] } = { engine: [], curl: [] };
  for (let turn = 0; turn < turns; turn++) {
    const tests = Array.from({ length: warmUp + transfers }, () =>
      platformTest([download('A', url, [object.bytes])], true),
    );
    const results = await bench.measure(namespace, tests);
    for (const { arms } of results.slice(warmUp)) seen.engine.push(mbps(object.bytes, wholeMs(arms[0])));
    for (let transfer = 0; transfer < transfers; transfer++) {
      const { bytes, ms } = await curl(bench, namespace, url);
      seen.curl.push(mbps(bytes, ms));
    }
  }
  return seen;
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
