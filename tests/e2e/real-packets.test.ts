import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Catalogue } from '@brakelight/shared';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { COORDINATOR_SETTINGS } from '../../deploy/dist/demo/settings.js';
import { AgentProcess } from '../../deploy/dist/testbed/agent-process.js';
import { KernelBench } from '../../deploy/dist/testbed/kernel/bench.js';
import { kernelBenchAvailable, SYSTEM_TOOLS } from '../../deploy/dist/testbed/kernel/tools.js';
import { until } from '../support/until.js';
import { AGENT_CLI, OfficeCoordinator } from './support/office.js';

const tools = { ...SYSTEM_TOOLS, env: inject('toolEnv') };
const available = kernelBenchAvailable(tools);

const PATIENCE_MS = 400_000;
const SET_UP_MS = 400_000;
const LOOK_EVERY_MS = 1_000;
const SUBNETS = 4;
/** What is done to whom; documentation ASNs, and places of no meaning. */
const PLACES = {
  policed: { asn: 64_496, country: 'AR' },
  slowline: { asn: 64_497, country: 'FI' },
  reset: { asn: 64_498, country: 'KE' },
  free: { asn: 64_499, country: 'NZ' },
} as const;
const OBJECT = { path: '/object', bytes: 4_000_000, contentType: 'video/mp4' };
const site = (id: string) => ({ name: `${id}.example`, hosts: [`media.${id}.example`], objects: [OBJECT] });
const object = (id: string) => ({
  id: `${id}-object`,
  url: `https://media.${id}.example${OBJECT.path}`,
  bytes: OBJECT.bytes,
  contentType: OBJECT.contentType,
  ranges: true,
});
const target = (id: string) => ({
  id,
  name: id,
  hosts: [`media.${id}.example`, `${id}.example`],
  objects: [object(id)],
});
const control = (id: string) => ({ id, name: id, network: id, object: object(id) });
const CATALOGUE = Catalogue.parse({
  version: '1.0.0-bench',
  targets: [target('chirp'), target('parley')],
  controls: [control('archive'), control('mirror')],
});
/** Units that every cell must have before anything happens. */
const BASELINE_UNITS = 4 * SUBNETS;

/** The same agents and the same coordinator as ever, on real packets: a policer drops, a middlebox resets, a line is slow. */
describe.skipIf(!available.ok)(`real packets${available.ok ? '' : ` (skipped: ${available.why})`}`, () => {
  let folder: string;
  let bench: KernelBench;
  let coordinator: OfficeCoordinator;
  let agents: AgentProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brakelight-packets-'));
    bench = await KernelBench.start({
      tools,
      clients: Object.keys(PLACES).map((name, i) => ({
        name,
        subnets: SUBNETS,
        rttMs: 20 + 20 * i,
        downKbps: 60_000,
        upKbps: 60_000,
      })),
      sites: [site('chirp'), site('parley'), site('archive'), site('mirror')],
      extraServers: 1,
    });
    const files = { catalogue: join(folder, 'catalogue.json'), networkDb: join(folder, 'network.csv') };
    await writeFile(files.catalogue, JSON.stringify(CATALOGUE));
    await writeFile(files.networkDb, bench.networkCsv(PLACES));
    const server = await bench.startMeasurementServer();
    const { TARGET_ALLOW_CIDR: _, ...settings } = COORDINATOR_SETTINGS;
    coordinator = await OfficeCoordinator.start(bench, folder, {
      ...settings,
      CATALOGUE_FILE: files.catalogue,
      NETWORK_DB_CSV: files.networkDb,
      TARGET_ALLOW_CIDR: '10.77.200.0/24',
      MEASUREMENT_SERVER: `${server.address}:${server.port}`,
      MEASUREMENT_SERVER_PINS: server.pins.join(','),
    });
    agents = Object.keys(PLACES).flatMap((client) =>
      bench.addresses(client).map(
        (localAddress, i) =>
          new AgentProcess(
            {
              cli: AGENT_CLI,
              home: join(folder, `${client}-${i}`),
              localAddress,
              dnsServers: bench.dnsServers,
              ca: bench.caFile,
              targetAllowCidr: '10.77.200.0/24',
              budget: '100GB',
            },
            bench.launcher(client),
          ),
      ),
    );
    for (const [i, agent] of agents.entries()) {
      await agent.join(coordinator.url, await coordinator.token(`volunteer-${i}`));
      await agent.run();
    }
  }, SET_UP_MS);
  afterAll(async () => {
    await Promise.all(agents.map((agent) => agent.stop()));
    await bench?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const cellOf = async (country: string, id: string) =>
    (await coordinator.cells()).find((c) => c.country === country && c.target === id);
  const incidentOf = async (country: string) =>
    (await coordinator.incidents()).find((i) => i.country === country);

  it(
    'finds nothing on open lines',
    async () => {
      await until(
        'a baseline of every place',
        async () => {
          const cells = await coordinator.cells();
          return cells.length === 8 && cells.every((c) => c.units >= BASELINE_UNITS);
        },
        PATIENCE_MS,
        LOOK_EVERY_MS,
      );
      expect(await coordinator.incidents()).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'flags the policed platform where it is policed, calls the reset one blocked, and the slow line nothing',
    async () => {
      await bench.setLine('slowline', 4_000, 4_000);
      await bench.impose([
        {
          client: 'policed',
          trigger: { sni: 'chirp.example' },
          action: { kind: 'police', kbps: 140, bucketBytes: 20_000 },
        },
        { client: 'reset', trigger: { sni: 'parley.example' }, action: { kind: 'reset' } },
      ]);
      const { policed, reset } = PLACES;
      const seen = () =>
        until(
          'both incidents',
          async () => {
            const [slow, blocked] = [await incidentOf(policed.country), await incidentOf(reset.country)];
            return slow && blocked && { slow, blocked };
          },
          PATIENCE_MS,
          LOOK_EVERY_MS,
        );
      const { slow, blocked } = await seen();
      expect(slow).toMatchObject({ target: 'chirp', kind: 'slow', status: 'open', historical: false });
      expect(slow.statistics.rate?.medianBps).toBeGreaterThan(90_000);
      expect(slow.statistics.rate?.medianBps).toBeLessThan(200_000);
      expect(blocked).toMatchObject({ target: 'parley', kind: 'blocked', status: 'open' });
      expect((await cellOf(policed.country, 'chirp'))?.state).toBe('throttled');
      expect((await cellOf(reset.country, 'parley'))?.state).toBe('blocked');
      expect((await bench.dropped())[0]?.packets).toBeGreaterThan(100);
    },
    PATIENCE_MS,
  );

  it(
    'names the means: the sender saw losses and no queue',
    async () => {
      const named = await until(
        'the mechanism is named',
        async () => {
          const incident = await incidentOf(PLACES.policed.country);
          return incident?.mechanism && incident;
        },
        PATIENCE_MS,
        LOOK_EVERY_MS,
      );
      expect(named.mechanism).toBe('policing');
      expect(named.statistics.mechanismPairs.policing).toBeGreaterThanOrEqual(2);
    },
    PATIENCE_MS,
  );

  it(
    'and nothing else, though the slow line is seen to be slow for as long',
    async () => {
      const units = (await cellOf(PLACES.slowline.country, 'chirp'))?.units ?? 0;
      await until(
        'the slow line is looked at for some more periods',
        async () => {
          const cell = await cellOf(PLACES.slowline.country, 'chirp');
          const slow = (cell?.controlRateBps ?? Number.POSITIVE_INFINITY) < 5_000_000;
          return slow && (cell?.units ?? 0) >= units + 2 * SUBNETS;
        },
        PATIENCE_MS,
        LOOK_EVERY_MS,
      );
      const found = (await coordinator.incidents()).map((i) => `${i.target} in ${i.country}: ${i.kind}`);
      expect(found.sort()).toEqual(['chirp in AR: slow', 'parley in KE: blocked']);
      const flagged = (await coordinator.cells()).filter((c) =>
        ['throttled', 'blocked', 'stalled'].includes(c.state),
      );
      expect(flagged.map((c) => `${c.target} in ${c.country}`).sort()).toEqual([
        'chirp in AR',
        'parley in KE',
      ]);
    },
    PATIENCE_MS,
  );
});
