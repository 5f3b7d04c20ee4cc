import type { KernelRule, PacketAction } from '../../testbed/kernel/censor-rules.js';
import { DEEP_LADDER, download, platformTest } from '../drawn-tests.js';
import { type Figure, figure, median } from '../figures.js';
import { type Bench, onKernelBench } from '../part.js';

const NAME = 'chirp.example';
const URL = `https://${NAME}/object`;
const RATES_KBPS = [130, 140, 150, 500, 1_500];
const WITHIN = { min: 0.9, max: 1.1 };

const censors: Readonly<Record<string, (kbps: number) => PacketAction>> = {
  policed: (kbps) => ({ kind: 'police', kbps, bucketBytes: 20_000 }),
  shaped: (kbps) => ({ kind: 'shape', kbps, queueBytes: 60_000 }),
};

/**
 * The rate that the agent reports against the one that is configured. A client for each rate, all at once: together they
 * move less than 3 Mbit/s. Deep rounds, since the kernel's bucket holds a second of the rate and a short test would end
 * inside it.
 */
export async function rate({ options, say, signal }: Bench): Promise<Figure[]> {
  const clients = RATES_KBPS.map((kbps) => ({ name: `c${kbps}`, rttMs: 40 }));
  const objects = [{ path: '/object', bytes: 4_000_000, contentType: 'video/mp4' }];
  return onKernelBench(
    { clients, sites: [{ name: NAME, hosts: [NAME], objects }] },
    signal,
    async (bench) => {
      const figures: Figure[] = [];
      for (const [how, action] of Object.entries(censors)) {
        say(`${how} to ${RATES_KBPS.join(', ')} kbit/s`);
        const rules = RATES_KBPS.map(
          (kbps): KernelRule => ({ client: `c${kbps}`, trigger: { sni: NAME }, action: action(kbps) }),
        );
        await bench.impose(rules);
        const drawn = [download('A', URL, DEEP_LADDER), download('B', URL, DEEP_LADDER)];
        const measured = RATES_KBPS.map(async (kbps) => {
          const tests = Array.from({ length: options.runs }, () => platformTest(drawn, true));
          const results = await bench.measure(`c${kbps}`, tests);
          // An arm that the probe gave up (a late event loop on a busy machine) says nothing of the network.
          const arms = results.flatMap((r) => r.arms).filter((arm) => arm.end.kind !== 'aborted');
          const ratios = arms.map((arm) => (arm.rateBps ?? 0) / (kbps * 1_000));
          return figure('rate', `${how} to ${kbps} kbit/s`, median(ratios), 'of it', WITHIN, ratios);
        });
        figures.push(...(await Promise.all(measured)));
      }
      return figures;
    },
  );
}
