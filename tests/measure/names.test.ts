import { describe, expect, it } from 'vitest';
import { drawnArm, measureArm } from './support/engine.js';
import { tcpFarEnd } from './support/far-end.js';
import { hasIpv6Loopback } from './support/loopback.js';
import { nameServer, type Reply } from './support/name-server.js';

const v4 = (address: string) => Buffer.from(address.split('.').map(Number));
const says = (...addresses: string[]): Reply => ({ code: 'noerror', addresses: addresses.map(v4) });
const failed = (failure: string) => ({ kind: 'failed', phase: 'dns', class: failure });

async function ask(
  reply: (name: string, type: 'A' | 'AAAA') => Reply,
  allow: string[] = [],
  family: 4 | 6 = 4,
) {
  const dns = await nameServer(reply);
  let connections = 0;
  const port = await tcpFarEnd((socket) => {
    connections += 1;
    socket.destroy();
  });
  const arm = drawnArm(port, [], {
    url: `https://platform.example:${port}/object`,
    connect: null,
    trust: { kind: 'web' },
  });
  const seen = await measureArm(arm, { dns, allow, family });
  return { seen, connections };
}

describe.concurrent('a name server that', () => {
  it('denies the name', async () => {
    const { seen } = await ask(() => ({ code: 'nxdomain', addresses: [] }));
    expect(seen.end).toEqual(failed('nxdomain'));
    expect(seen.phases.dnsMs).toBeGreaterThanOrEqual(0);
    expect(seen.family).toBeNull();
  });

  it('fails', { timeout: 30_000 }, async () => {
    const { seen } = await ask(() => ({ code: 'servfail', addresses: [] }));
    expect(seen.end).toEqual(failed('dns-failure'));
  });

  it('has no address for the name', async () => {
    const { seen } = await ask(() => says());
    expect(seen.end).toEqual(failed('dns-failure'));
  });

  it('is silent', { timeout: 30_000 }, async () => {
    const { seen } = await ask(() => 'silence');
    expect(seen.end).toEqual(failed('timeout'));
  });

  it.each(['127.0.0.1', '10.1.2.3', '192.168.0.1', '0.0.0.0', '169.254.1.1'])(
    'lies with %s is recorded and not believed',
    async (lie) => {
      const { seen, connections } = await ask(() => says(lie));
      expect(seen.end).toEqual(failed('dns-bogon'));
      expect(seen.dnsAnswers).toEqual([lie]);
      expect(connections).toBe(0);
    },
  );

  it('answers with what the operator opened is followed, and all it said is kept', async () => {
    const { seen, connections } = await ask(() => says('127.0.0.1', '127.0.0.9'), ['127.0.0.0/8']);
    expect(seen.end).toMatchObject({ kind: 'failed', phase: 'tls' });
    expect([...seen.dnsAnswers].sort()).toEqual(['127.0.0.1', '127.0.0.9']);
    expect(seen.family).toBe(4);
    expect(connections).toBeGreaterThan(0);
  });
});

const v6 = (last: number, first = 0, second = 0) => {
  const address = Buffer.alloc(16);
  address.writeUInt16BE(first, 0);
  address.writeUInt16BE(second, 2);
  address[15] = last;
  return address;
};
const has = (type4: Buffer[], type6: Buffer[]) => (_name: string, type: 'A' | 'AAAA') =>
  ({ code: 'noerror', addresses: type === 'A' ? type4 : type6 }) as const;
const everywhere = ['127.0.0.0/8', '::1/128'];

describe.concurrent('a test', () => {
  it.skipIf(!hasIpv6Loopback)('over IPv6 asks for IPv6 addresses only, and goes nowhere else', async () => {
    const { seen, connections } = await ask(has([v4('127.0.0.1')], [v6(1)]), everywhere, 6);
    expect(seen).toMatchObject({ family: 6, remoteAddress: '::1', dnsAnswers: ['::1'] });
    // Nobody listens there, and nobody was asked elsewhere.
    expect(seen.end).toEqual({ kind: 'failed', phase: 'tcp', class: 'refused' });
    expect(connections).toBe(0);
  });

  it('over IPv4 does not fall back to IPv6, and counts an empty answer as a failure', async () => {
    const { seen } = await ask(has([], [v6(1)]), everywhere, 4);
    expect(seen).toMatchObject({ end: failed('dns-failure'), family: null, dnsAnswers: [] });
  });

  it.each([
    ['no IPv6 address', []],
    ['one that DNS64 made up', [v6(9, 0x64, 0xff9b)]],
  ])('over IPv6 of a name that has %s is no evidence', async (_what, answers) => {
    const { seen, connections } = await ask(has([v4('127.0.0.1')], answers), everywhere, 6);
    expect(seen).toMatchObject({ end: { kind: 'aborted', reason: 'no-address' }, family: null });
    expect(connections).toBe(0);
  });

  it('over IPv6 still sees that the name is denied, and lies', async () => {
    expect((await ask(() => ({ code: 'nxdomain', addresses: [] }), everywhere, 6)).seen.end).toEqual(
      failed('nxdomain'),
    );
    expect((await ask(has([], [v6(1)]), ['127.0.0.0/8'], 6)).seen.end).toEqual(failed('dns-bogon'));
  });
});
