import { randomUUID } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Catalogue } from '../../shared/src/index.js';
import { Random } from './random.js';
import { World } from './world.js';
import { DEMO_SHAPE, planWorld } from './world-plan.js';

describe('planWorld', () => {
  const plan = planWorld(new Random(7), DEMO_SHAPE);

  it('follows from the seed, and only from it', () => {
    expect(planWorld(new Random(7), DEMO_SHAPE)).toEqual(plan);
    expect(planWorld(new Random(8), DEMO_SHAPE)).not.toEqual(plan);
  });

  it.each([1, 2, 3, 42, 'any text'])('is as untidy as promised, whatever the seed (%s)', (seed) => {
    const { agents, sites } = planWorld(new Random(seed), DEMO_SHAPE);
    expect(agents).toHaveLength(16);
    expect(new Set(agents.map((a) => a.line.country)).size).toBe(4);
    expect(new Set(agents.map((a) => a.line.asn)).size).toBe(8);
    expect(new Set(agents.map((a) => a.subnet)).size).toBe(16);
    expect(new Set(agents.map((a) => a.owner)).size).toBe(16);
    const odd = agents.filter((a) => a.character !== 'honest');
    expect(odd.map((a) => a.character).sort()).toEqual(['liar', 'slow-line']);
    expect(new Set(odd.map((a) => a.line.country)).size).toBe(2);
    for (const { line, character } of agents) {
      expect(line.rttMs).toBeGreaterThanOrEqual(10);
      expect(line.rttMs).toBeLessThanOrEqual(150);
      const [low, high] = character === 'slow-line' ? [300, 900] : [3_000, 50_000];
      expect(line.downKbps).toBeGreaterThanOrEqual(low);
      expect(line.downKbps).toBeLessThanOrEqual(high);
      expect((line.asn >= 64_496 && line.asn <= 64_511) || (line.asn >= 65_536 && line.asn <= 65_551)).toBe(
        true,
      );
    }
    expect(sites.filter((s) => s.kind === 'target').length).toBeGreaterThanOrEqual(3);
    expect(
      new Set(sites.filter((s) => s.kind === 'control').map((s) => s.network)).size,
    ).toBeGreaterThanOrEqual(2);
  });
});

describe('World', () => {
  const folder = join(tmpdir(), `world-${randomUUID()}`);
  let world: World;
  beforeAll(async () => {
    world = await World.start({ seed: 3, folder, shape: { ...DEMO_SHAPE, failureRate: 0 }, now: Date.now() });
  });
  afterAll(async () => {
    await world.close();
    await rm(folder, { recursive: true });
  });

  it('gives its agents every object of its catalogue, by name, range and trusted certificate', async () => {
    const catalogue = Catalogue.parse(JSON.parse(await readFile(world.files.catalogue, 'utf8')));
    const ca = await readFile(world.files.ca, 'utf8');
    const line = world.plan.agents.find((a) => a.character === 'honest')?.line;
    const resolver = new Resolver();
    resolver.setServers([world.dnsServers]);
    resolver.setLocalAddress(line?.address ?? '');
    const objects = [
      ...catalogue.targets.flatMap((t) => t.objects),
      ...catalogue.controls.map((c) => c.object),
    ];
    expect(objects).toHaveLength(5);
    for (const object of objects) {
      const url = new URL(object.url);
      const [address] = await resolver.resolve4(url.hostname);
      const got = await new Promise<{
        status: number | undefined;
        type: string | undefined;
        range: string | undefined;
        bytes: number;
      }>((resolve, reject) => {
        request(
          {
            host: address,
            port: url.port,
            path: url.pathname,
            servername: url.hostname,
            localAddress: line?.address,
            agent: new Agent({ maxCachedSessions: 0 }),
            ca,
            headers: { host: url.host, range: 'bytes=0-9999' },
          },
          (response) => {
            let bytes = 0;
            response.on('data', (chunk: Buffer) => {
              bytes += chunk.length;
            });
            response.on('end', () =>
              resolve({
                status: response.statusCode,
                type: response.headers['content-type'],
                range: response.headers['content-range'],
                bytes,
              }),
            );
          },
        )
          .on('error', reject)
          .end();
      });
      expect(got).toEqual({
        status: 206,
        type: object.contentType,
        range: `bytes 0-9999/${object.bytes}`,
        bytes: 10_000,
      });
    }
  });

  it('names each subnet in the network database', async () => {
    const lines = (await readFile(world.files.networkDb, 'utf8')).trim().split('\n');
    expect(lines[0]).toBe('prefix,asn,country,org');
    expect(lines).toHaveLength(17);
    expect(lines[1]).toMatch(/^127\.10\.1\.0\/24,\d{5},[A-Z]{2},Bench network \d+$/);
  });
});
