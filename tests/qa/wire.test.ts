import type { AddressFamily, ArmObservation, DrawnArm, DrawnTest } from '@brakelight/shared';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { KernelBench, type MeasurementEndpoint } from '../../deploy/dist/testbed/kernel/bench.js';
import type { Counters } from '../../deploy/dist/testbed/kernel/counters.js';
import { kernelBenchAvailable, SYSTEM_TOOLS } from '../../deploy/dist/testbed/kernel/tools.js';

const tools = { ...SYSTEM_TOOLS, env: inject('toolEnv') };
const available = kernelBenchAvailable(tools);

const SITE = 'chirp.example';
const URL = `https://${SITE}/object`;
const OBJECTS = [{ path: '/object', bytes: 20_000_000, contentType: 'video/mp4' }];
const LADDER = [96_000, 256_000, 512_000];
/** By family: Ethernet 14, IPv4 20 or IPv6 40, TCP 20 with its time stamps 12. */
const HEADERS = { 4: 66, 6: 86 } as const;
/** Name look-up, ARP or its like, options of the first packets and selective acknowledgements; mostly it is below 100. */
const SLACK = 400;
/** What is on its way to an arm that has seen enough: the censor's queue, and what is sent again. */
const UNHEARD = 10_000;
const MOST_TRIES = 5;

function arm(change: Partial<DrawnArm> = {}): DrawnArm {
  return {
    arm: 'A',
    direction: 'download',
    url: URL,
    connect: null,
    trust: { kind: 'web' },
    ladder: LADDER,
    ask: 'range',
    ...change,
  };
}

function uploadTo({ address, port, pins }: MeasurementEndpoint): DrawnArm {
  return arm({
    direction: 'upload',
    url: `https://media.${SITE}/v1/up`,
    connect: { address, port },
    trust: { kind: 'pins', pins: [...pins] },
    ask: 'query',
  });
}

function drawn(arms: DrawnArm[], family: AddressFamily): DrawnTest {
  return {
    id: ulid(),
    ticket: 'bench',
    kind: 'platform',
    target: 'chirp',
    control: 'mirror',
    deep: false,
    family,
    arms,
    drawnAt: new Date().toISOString(),
  };
}

/** TCP payload of what crossed an interface between two looks at it, as near as counters of packets tell. */
function payload(
  before: Counters,
  after: Counters,
  family: AddressFamily,
): { received: number; sent: number } {
  const headers = HEADERS[family];
  const received = after.rxBytes - before.rxBytes - (after.rxPackets - before.rxPackets) * headers;
  const sent = after.txBytes - before.txBytes - (after.txPackets - before.txPackets) * headers;
  return { received, sent };
}

describe.skipIf(!available.ok)(`on the wire${available.ok ? '' : ` (${available.why})`}`, () => {
  let bench: KernelBench;
  let server: MeasurementEndpoint;

  beforeAll(async () => {
    bench = await KernelBench.start({
      tools,
      clients: [{ name: 'probe', downKbps: 30_000, upKbps: 30_000 }],
      sites: [{ name: SITE, hosts: [SITE], objects: OBJECTS }],
      extraServers: 1,
    });
    server = await bench.startMeasurementServer();
  });
  afterAll(async () => {
    await bench?.close();
  });

  /** Runs arms until none was given up for a trouble of the probe's own, and counts what crossed its interface. */
  async function watched(
    arms: DrawnArm[],
    family: AddressFamily = 4,
  ): Promise<{
    arms: ArmObservation[];
    wire: { received: number; sent: number };
  }> {
    for (let tries = 1; ; tries++) {
      const before = await bench.counters('probe');
      const [result] = await bench.measure('probe', [drawn(arms, family)]);
      const wire = payload(before, await bench.counters('probe'), family);
      const seen = result?.arms ?? [];
      if (seen.length === arms.length && seen.every(({ end }) => end.kind !== 'aborted'))
        return { arms: seen, wire };
      if (tries === MOST_TRIES) throw new Error(`given up: ${JSON.stringify(seen.at(-1)?.end)}`);
    }
  }

  describe('the agent counts what the kernel counts', () => {
    it.each([4, 6] as const)('open download over IPv%i', async (family) => {
      const { arms, wire } = await watched([arm()], family);
      expect(arms[0]?.family).toBe(family);
      expect(arms[0]?.end).toEqual({ kind: 'decided', as: 'fast' });
      expect(Math.abs(wire.received - (arms[0]?.bytesReceived ?? 0))).toBeLessThan(SLACK);
      expect(Math.abs(wire.sent - (arms[0]?.bytesSent ?? 0))).toBeLessThan(SLACK);
    });

    it('upload', async () => {
      const { arms, wire } = await watched([uploadTo(server)]);
      expect(arms[0]?.bytesSent).toBeGreaterThan(96_000);
      expect(Math.abs(wire.received - (arms[0]?.bytesReceived ?? 0))).toBeLessThan(SLACK);
      expect(Math.abs(wire.sent - (arms[0]?.bytesSent ?? 0))).toBeLessThan(SLACK);
    });

    it('policed upload, but for what is sent again', async () => {
      await bench.impose([
        { trigger: { sni: SITE }, action: { kind: 'police', kbps: 140, bucketBytes: 20_000 } },
      ]);
      const { arms, wire } = await watched([uploadTo(server)]);
      await bench.impose([]);
      expect(arms[0]?.end).toEqual({ kind: 'decided', as: 'slow' });
      const said = arms[0]?.bytesSent ?? 0;
      expect(wire.sent).toBeGreaterThan(said / 2);
      expect(wire.sent).toBeLessThan(2 * said);
      expect(Math.abs(wire.received - (arms[0]?.bytesReceived ?? 0))).toBeLessThan(2_000);
    });

    it('policed download', async () => {
      await bench.impose([
        { trigger: { sni: SITE }, action: { kind: 'police', kbps: 140, bucketBytes: 20_000 } },
      ]);
      const { arms, wire } = await watched([arm()]);
      await bench.impose([]);
      expect(arms[0]?.end).toEqual({ kind: 'decided', as: 'slow' });
      const unheard = wire.received - (arms[0]?.bytesReceived ?? 0);
      expect(unheard).toBeGreaterThan(-SLACK);
      expect(unheard).toBeLessThan(UNHEARD);
      expect(Math.abs(wire.sent - (arms[0]?.bytesSent ?? 0))).toBeLessThan(SLACK);
    });
  });

  it('the queue that one arm leaves delays the next, by 2 s at most', async () => {
    const gap = async (kbps: number) => {
      await bench.setLine('probe', kbps, 30_000);
      const { arms } = await watched([arm(), arm({ arm: 'B' })]);
      const [first, second] = arms;
      if (!first || !second) throw new Error('two arms were drawn');
      return Date.parse(second.startedAt) - Date.parse(first.startedAt) - first.durationMs;
    };
    const open = await gap(30_000);
    // The line's queue holds 34 kB: about a second of this line, and three of the next.
    const queued = await gap(300);
    const long = await gap(100);
    expect(queued).toBeGreaterThan(open + 300);
    expect(long).toBeGreaterThan(1_900);
    expect(long).toBeLessThan(2_500);
  });
});
