import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { KernelBench } from '../../deploy/dist/testbed/kernel/bench.js';
import type { KernelRule, PacketAction } from '../../deploy/dist/testbed/kernel/censor-rules.js';
import { kernelBenchAvailable, SYSTEM_TOOLS } from '../../deploy/dist/testbed/kernel/tools.js';
import { download as downloadFrom, type Seen, steadyKbps, wholeKbps } from './support/download.js';

/**
 * The bench shows with plain tools (curl's figures, Node's resolver, the kernel's counters) that its censor does what it
 * says. Bands are wide: busy cores shift round trips, not rates.
 */
const tools = { ...SYSTEM_TOOLS, env: inject('toolEnv') };
const available = kernelBenchAvailable(tools);

const CHIRP = 'chirp.example';
const MIRROR = 'mirror.example';
const OBJECTS = [{ path: '/object', bytes: 20_000_000, contentType: 'video/mp4' }];
const sni = (action: PacketAction): KernelRule => ({ client: 'xa', trigger: { sni: CHIRP }, action });

describe.skipIf(!available.ok)(`kernel bench${available.ok ? '' : ` (${available.why})`}`, () => {
  let bench: KernelBench;

  beforeAll(async () => {
    bench = await KernelBench.start({
      tools,
      clients: [{ name: 'xa', subnets: 3 }, { name: 'xb' }],
      sites: [
        { name: CHIRP, hosts: [`media.${CHIRP}`], objects: OBJECTS },
        { name: MIRROR, hosts: [MIRROR], objects: OBJECTS },
      ],
    });
  });
  afterAll(async () => {
    await bench?.close();
  });

  function download(client: string, site: string, bytes: number, limitMs?: number): Promise<Seen> {
    const host = site === CHIRP ? `media.${CHIRP}` : site;
    const source = bench.addresses(client).at(-1) ?? '';
    return downloadFrom(bench, { client, site, host, bytes, source, ...(limitMs && { limitMs }) });
  }

  it('gives an open line its rate and its round trip', async () => {
    await bench.impose([]);
    const seen = await download('xa', MIRROR, 6_000_000);
    expect(seen.error).toBeNull();
    expect(seen.connectMs).toBeGreaterThan(38);
    expect(wholeKbps(seen)).toBeGreaterThan(15_000);
    expect(wholeKbps(seen)).toBeLessThan(31_000);
  });

  it.each([20_000, 37_000])(
    'polices the name to 140 kbit/s (bucket %i), and nothing else',
    async (bucketBytes) => {
      await bench.impose([sni({ kind: 'police', kbps: 140, bucketBytes })]);
      const policed = await download('xa', CHIRP, 2_000_000, 5_000);
      expect(policed.error).toBe('timeout');
      expect(steadyKbps(policed)).toBeGreaterThan(110);
      expect(steadyKbps(policed)).toBeLessThan(170);
      // It polices: packets are dropped, not queued.
      expect((await bench.dropped())[0]?.packets).toBeGreaterThan(10);
      expect(wholeKbps(await download('xa', MIRROR, 6_000_000))).toBeGreaterThan(15_000);
      expect(wholeKbps(await download('xb', CHIRP, 6_000_000))).toBeGreaterThan(15_000);
    },
  );

  it('shapes without dropping', async () => {
    await bench.impose([sni({ kind: 'shape', kbps: 140, queueBytes: 60_000 })]);
    const shaped = await download('xa', CHIRP, 2_000_000, 5_000);
    expect(steadyKbps(shaped)).toBeGreaterThan(90);
    expect(steadyKbps(shaped)).toBeLessThan(170);
    expect(await bench.dropped()).toEqual([]);
  });

  it('throttles from the middle of a transfer on', async () => {
    await bench.impose([sni({ kind: 'police', kbps: 140, bucketBytes: 20_000, afterBytes: 200_000 })]);
    const { curve, error } = await download('xa', CHIRP, 2_000_000, 5_000);
    expect(error).toBe('timeout');
    const firstPart = curve.find(([, bytes]) => bytes >= 150_000)?.[0] ?? Number.POSITIVE_INFINITY;
    expect(firstPart).toBeLessThan(2_500);
    expect(curve.at(-1)?.[1]).toBeLessThan(400_000);
  });

  it('polices one direction where it is told to', async () => {
    await bench.impose([sni({ kind: 'police', kbps: 140, bucketBytes: 20_000, direction: 'upload' })]);
    // Acknowledgements of a 1 MB download stay within the bucket.
    expect((await download('xa', CHIRP, 1_000_000)).error).toBeNull();
  });

  it('resets, silences and blocks', async () => {
    await bench.impose([sni({ kind: 'reset' })]);
    expect(await download('xa', CHIRP, 100_000)).toMatchObject({
      error: 'ECONNRESET',
      tlsMs: null,
      bytes: 0,
    });
    await bench.impose([sni({ kind: 'silence' })]);
    const silent = await download('xa', CHIRP, 100_000, 1_500);
    expect(silent).toMatchObject({ error: 'timeout', tlsMs: null, bytes: 0 });
    expect(silent.connectMs).not.toBeNull();
    const trigger = { address: bench.siteAddress(CHIRP) };
    await bench.impose([{ client: 'xa', trigger, action: { kind: 'silence' } }]);
    expect(await download('xa', CHIRP, 100_000, 1_500)).toMatchObject({ error: 'timeout', connectMs: null });
    await bench.impose([{ client: 'xa', trigger, action: { kind: 'unreachable' } }]);
    expect(await download('xa', CHIRP, 100_000, 1_500)).toMatchObject({
      error: 'EHOSTUNREACH',
      connectMs: null,
    });
    expect((await download('xa', MIRROR, 100_000)).error).toBeNull();
    expect((await download('xb', CHIRP, 100_000)).error).toBeNull();
  });

  it('freezes after a byte budget', async () => {
    await bench.impose([sni({ kind: 'freeze', afterBytes: 40_000 })]);
    const frozen = await download('xa', CHIRP, 100_000, 2_500);
    expect(frozen.error).toBe('timeout');
    expect(frozen.bytes).toBeGreaterThan(0);
    expect(frozen.bytes).toBeLessThan(40_000);
  });

  it('slows a handshake, and only that', async () => {
    await bench.impose([{ client: 'xa', slowHandshake: { sni: CHIRP, ms: 2_000 } }]);
    const seen = await download('xa', CHIRP, 100_000);
    expect(seen.error).toBeNull();
    expect(seen.connectMs).toBeLessThan(1_500);
    expect(seen.tlsMs).toBeGreaterThan(2_000);
    expect(seen.ms - (seen.tlsMs ?? 0)).toBeLessThan(2_000);
    expect((await download('xa', MIRROR, 100_000)).tlsMs).toBeLessThan(2_000);
  });

  it('intercepts with a key that nobody trusts', async () => {
    await bench.impose([{ client: 'xa', intercept: { sni: CHIRP } }]);
    expect((await download('xa', CHIRP, 100_000)).error).toMatch(/CERT|SIGNATURE|ISSUER/);
    expect((await download('xa', MIRROR, 100_000)).error).toBeNull();
  });

  it('lies about names', async () => {
    const look = async (name: string): Promise<string> => {
      const code = `const { Resolver } = require('node:dns').promises; const r = new Resolver({ timeout: 800, tries: 1 });
        r.setServers([process.argv[1]]); r.resolve4(process.argv[2]).then((a) => console.log(a.join()), (e) => console.log(e.code));`;
      return (await bench.run('xa', [process.execPath, '-e', code, bench.dnsServers, name])).stdout.trim();
    };
    const answers: string[] = [];
    for (const rules of [
      [],
      [{ client: 'xa', dns: CHIRP, action: { kind: 'nxdomain' } }],
      [{ client: 'xa', dns: CHIRP, action: { kind: 'silence' } }],
      [{ client: 'xa', dns: CHIRP, action: { kind: 'forged', address: '127.0.0.1' } }],
    ] satisfies KernelRule[][]) {
      await bench.impose(rules);
      answers.push(await look(`media.${CHIRP}`));
    }
    expect(answers).toEqual([bench.siteAddress(CHIRP), 'ENOTFOUND', 'ETIMEOUT', '127.0.0.1']);
    expect(await look(MIRROR)).toBe(bench.siteAddress(MIRROR));
  });

  it('slows a whole line, whatever the name, and counts its bytes', async () => {
    await bench.impose([]);
    await bench.setLine('xb', 1_000, 1_000);
    const before = await bench.counters('xb');
    for (const site of [CHIRP, MIRROR]) {
      const kbps = wholeKbps(await download('xb', site, 400_000, 8_000));
      expect(kbps).toBeGreaterThan(600);
      // The line's buffer passes at once.
      expect(kbps).toBeLessThan(1_400);
    }
    const { rxBytes } = await bench.counters('xb');
    expect(rxBytes - before.rxBytes).toBeGreaterThan(800_000);
    expect(rxBytes - before.rxBytes).toBeLessThan(1_200_000);
    expect(wholeKbps(await download('xa', CHIRP, 6_000_000))).toBeGreaterThan(15_000);
  });

  it('has clients with addresses in many subnets, an office, and a door to it', async () => {
    const program =
      'require("http").createServer((q, s) => s.end(q.socket.remoteAddress)).listen(8080, () => console.log("up"))';
    const { child } = bench.spawn('office', [process.execPath, '-e', program], {}, [
      'ignore',
      'pipe',
      'ignore',
    ]);
    await new Promise((up) => child.stdout?.once('data', up));
    const address = bench.addresses('xa')[2] ?? '';
    const ask = `fetch("http://${bench.office}:8080").then((r) => r.text()).then(console.log)`;
    expect((await bench.run('xa', [process.execPath, '-e', ask])).stdout).toContain(bench.addresses('xa')[0]);
    const from = `require("http").get({ host: "${bench.office}", port: 8080, localAddress: "${address}" }, (r) => r.pipe(process.stdout))`;
    expect((await bench.run('xa', [process.execPath, '-e', from])).stdout).toContain(address);
    const port = await bench.expose('office', bench.office, 8080);
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toContain(bench.office);
  });

  it('leaves no process behind', async () => {
    const own = await KernelBench.start({
      tools,
      clients: [{ name: 'xc' }],
      sites: [{ name: MIRROR, hosts: [], objects: [] }],
    });
    const folder = own.caFile.replace(/\/ca\.pem$/, '');
    own.spawn('xc', ['sleep', '54321'], {}, ['ignore', 'ignore', 'ignore']);
    await expect.poll(() => commandLines().some((c) => c.includes('sleep 54321'))).toBe(true);
    await own.close();
    await expect.poll(() => commandLines().some((c) => c.includes('sleep 54321'))).toBe(false);
    expect(readdirSync('/tmp').map((f) => `/tmp/${f}`)).not.toContain(folder);
  });
});

/** Command lines of all processes of this machine. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    });
}
