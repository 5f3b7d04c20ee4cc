import type { AddressFamily } from '@brakelight/shared';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { KernelBench } from '../../deploy/dist/testbed/kernel/bench.js';
import type { KernelRule, PacketAction } from '../../deploy/dist/testbed/kernel/censor-rules.js';
import { kernelBenchAvailable, SYSTEM_TOOLS } from '../../deploy/dist/testbed/kernel/tools.js';
import { download, type Seen, steadyKbps, wholeKbps } from './support/download.js';

/** The bench shows with plain tools that its censor does over IPv6 what it does over IPv4, and either alone where told. */
const tools = { ...SYSTEM_TOOLS, env: inject('toolEnv') };
const available = kernelBenchAvailable(tools);

const CHIRP = 'chirp.example';
const HOST = `media.${CHIRP}`;
const MIRROR = 'mirror.example';
const OBJECTS = [{ path: '/object', bytes: 20_000_000, contentType: 'video/mp4' }];
const POLICE = { kind: 'police', kbps: 140, bucketBytes: 20_000 } as const;
const sni = (action: PacketAction): KernelRule => ({ trigger: { sni: CHIRP }, action });

describe.skipIf(!available.ok)(`kernel bench, IPv6${available.ok ? '' : ` (${available.why})`}`, () => {
  let bench: KernelBench;

  beforeAll(async () => {
    bench = await KernelBench.start({
      tools,
      clients: [{ name: 'xa', subnets: 2 }],
      sites: [
        { name: CHIRP, hosts: [HOST], objects: OBJECTS },
        { name: MIRROR, hosts: [MIRROR], objects: OBJECTS },
      ],
    });
  });
  afterAll(async () => {
    await bench?.close();
  });

  const over = (family: AddressFamily, bytes: number, limitMs = 6_000): Promise<Seen> =>
    download(bench, { client: 'xa', site: CHIRP, host: HOST, family, bytes, limitMs });
  const mirror = (bytes: number): Promise<Seen> =>
    download(bench, { client: 'xa', site: MIRROR, host: MIRROR, family: 6, bytes });

  it('gives an open line its rate and its round trip', async () => {
    await bench.impose([]);
    const seen = await mirror(6_000_000);
    expect(seen.error).toBeNull();
    expect(seen.connectMs).toBeGreaterThan(38);
    expect(wholeKbps(seen)).toBeGreaterThan(15_000);
    expect(wholeKbps(seen)).toBeLessThan(31_000);
  });

  it('has clients with addresses in many subnets', async () => {
    await bench.impose([]);
    const asked = { client: 'xa', site: MIRROR, host: MIRROR, family: 6, bytes: 100_000 } as const;
    expect((await download(bench, { ...asked, source: 'fd00:101:1::1' })).error).toBeNull();
    expect((await download(bench, { ...asked, source: 'fd00:102:1::1' })).error).toBe('EADDRNOTAVAIL');
  });

  it('polices the name, and nothing else', async () => {
    await bench.impose([sni(POLICE)]);
    const policed = await over(6, 2_000_000, 5_000);
    expect(policed.error).toBe('timeout');
    expect(steadyKbps(policed)).toBeGreaterThan(110);
    expect(steadyKbps(policed)).toBeLessThan(170);
    expect((await bench.dropped())[0]?.packets).toBeGreaterThan(10);
    expect(wholeKbps(await mirror(6_000_000))).toBeGreaterThan(15_000);
  });

  it.each([4, 6] as const)('polices IPv%i alone where it is told to', async (family) => {
    await bench.impose([{ ...sni(POLICE), family } as KernelRule]);
    expect((await over(family, 2_000_000, 3_000)).error).toBe('timeout');
    expect((await over(family === 4 ? 6 : 4, 2_000_000)).error).toBeNull();
  });

  it('counts what one rule drops in both families together', async () => {
    await bench.impose([sni(POLICE)]);
    await over(4, 2_000_000, 2_000);
    const [first] = await bench.dropped();
    await over(6, 2_000_000, 2_000);
    const [both, ...others] = await bench.dropped();
    expect(first?.packets).toBeGreaterThan(0);
    expect(both?.packets).toBeGreaterThan(first?.packets ?? 0);
    expect(others).toEqual([]);
  });

  it('shapes without dropping', async () => {
    await bench.impose([sni({ kind: 'shape', kbps: 140, queueBytes: 60_000 })]);
    const shaped = await over(6, 2_000_000, 5_000);
    expect(steadyKbps(shaped)).toBeGreaterThan(90);
    expect(steadyKbps(shaped)).toBeLessThan(170);
  });

  it('resets, silences and freezes', async () => {
    await bench.impose([sni({ kind: 'reset' })]);
    expect(await over(6, 100_000)).toMatchObject({ error: 'ECONNRESET', tlsMs: null, bytes: 0 });
    await bench.impose([sni({ kind: 'silence' })]);
    expect(await over(6, 100_000, 1_500)).toMatchObject({ error: 'timeout', tlsMs: null, bytes: 0 });
    await bench.impose([sni({ kind: 'freeze', afterBytes: 40_000 })]);
    const frozen = await over(6, 100_000, 2_500);
    expect(frozen.error).toBe('timeout');
    expect(frozen.bytes).toBeGreaterThan(0);
    expect(frozen.bytes).toBeLessThan(40_000);
  });

  it('blocks an address, and not its twin of the other family', async () => {
    const trigger = { address: bench.siteAddress(CHIRP, 6) };
    await bench.impose([{ trigger, action: { kind: 'unreachable' } }]);
    expect(await over(6, 100_000, 1_500)).toMatchObject({ error: 'EHOSTUNREACH', connectMs: null });
    expect((await over(4, 100_000)).error).toBeNull();
    await bench.impose([{ trigger, action: { kind: 'silence' } }]);
    expect(await over(6, 100_000, 1_500)).toMatchObject({ error: 'timeout', connectMs: null });
  });

  it('loses the first SYN', async () => {
    await bench.impose([{ loseSyn: { address: bench.siteAddress(CHIRP, 6) } }]);
    const seen = await over(6, 100_000);
    expect(seen.error).toBeNull();
    expect(seen.connectMs).toBeGreaterThan(1_000);
  });

  it('slows a handshake, and only that', async () => {
    await bench.impose([{ slowHandshake: { sni: CHIRP, ms: 2_000 } }]);
    const seen = await over(6, 100_000);
    expect(seen.connectMs).toBeLessThan(1_500);
    expect(seen.tlsMs).toBeGreaterThan(2_000);
    expect((await mirror(100_000)).tlsMs).toBeLessThan(2_000);
  });

  it('intercepts with a key that nobody trusts', async () => {
    await bench.impose([{ intercept: { sni: CHIRP } }]);
    expect((await over(6, 100_000)).error).toMatch(/CERT|SIGNATURE|ISSUER/);
    expect((await mirror(100_000)).error).toBeNull();
  });

  it('lies about names to who asks over IPv6', async () => {
    const look = async (name: string): Promise<string> => {
      const code = `const { Resolver } = require('node:dns').promises; const r = new Resolver({ timeout: 800, tries: 1 });
        r.setServers([process.argv[1]]); r.resolve6(process.argv[2]).then((a) => console.log(a.join()), (e) => console.log(e.code));`;
      return (await bench.run('xa', [process.execPath, '-e', code, bench.dnsServers6, name])).stdout.trim();
    };
    const answers: string[] = [];
    for (const rules of [
      [],
      [{ dns: CHIRP, action: { kind: 'nxdomain' } }],
      [{ dns: CHIRP, action: { kind: 'silence' } }],
      [{ dns: CHIRP, action: { kind: 'forged', address: '::1' } }],
    ] satisfies KernelRule[][]) {
      await bench.impose(rules);
      answers.push(await look(HOST));
    }
    expect(answers).toEqual([bench.siteAddress(CHIRP, 6), 'ENOTFOUND', 'ETIMEOUT', '::1']);
    expect(await look(MIRROR)).toBe(bench.siteAddress(MIRROR, 6));
  });
});
