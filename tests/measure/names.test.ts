import { describe, expect, it } from 'vitest';
import { drawnArm, measureArm } from './support/engine.js';
import { tcpFarEnd } from './support/far-end.js';
import { nameServer, type Reply } from './support/name-server.js';

const v4 = (address: string) => Buffer.from(address.split('.').map(Number));
const says = (...addresses: string[]): Reply => ({ code: 'noerror', addresses: addresses.map(v4) });
const failed = (failure: string) => ({ kind: 'failed', phase: 'dns', class: failure });

async function ask(reply: (name: string, type: 'A' | 'AAAA') => Reply, allow: string[] = []) {
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
  const seen = await measureArm(arm, { dns, allow });
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

  it('knows the name by IPv6 only', async () => {
    const loopback = Buffer.alloc(16);
    loopback[15] = 1;
    const { seen } = await ask(
      (_name, type) => (type === 'AAAA' ? { code: 'noerror', addresses: [loopback] } : says()),
      ['::1/128'],
    );
    expect(seen.dnsAnswers).toEqual(['::1']);
    expect(seen.family).toBe(6);
  });
});
