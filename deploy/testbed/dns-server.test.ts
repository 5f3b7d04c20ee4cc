import { Resolver } from 'node:dns/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DnsServer } from './dns-server.js';
import { readQuestion } from './dns-wire.js';

describe('DnsServer, asked by the resolver of Node', () => {
  const server = new DnsServer((name, client) => {
    if (name === 'silent.example') return 'silence';
    if (name === 'both.example') return ['192.0.2.1', '2001:db8::1', '2001:db8::2'];
    if (name !== 'chirp.example') return 'nxdomain';
    return client === '127.10.7.1' ? ['192.0.2.7'] : ['192.0.2.1', '192.0.2.2'];
  });
  const resolver = new Resolver({ timeout: 300, tries: 1 });

  beforeAll(async () => {
    const port = await server.listen('127.0.0.1', 0);
    resolver.setServers([`127.0.0.1:${port}`]);
  });
  afterAll(() => server.close());

  it('gives every address of a name', async () => {
    expect(await resolver.resolve4('Chirp.Example')).toEqual(['192.0.2.1', '192.0.2.2']);
  });

  it('gives the addresses of the family that is asked for', async () => {
    expect(await resolver.resolve4('both.example')).toEqual(['192.0.2.1']);
    expect(await resolver.resolve6('both.example')).toEqual(['2001:db8::1', '2001:db8::2']);
  });

  it('knows names that have no IPv6, and names that are not', async () => {
    await expect(resolver.resolve6('chirp.example')).rejects.toMatchObject({ code: 'ENODATA' });
    await expect(resolver.resolve4('nobody.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('answers by who asks', async () => {
    const other = new Resolver();
    other.setServers(resolver.getServers());
    other.setLocalAddress('127.10.7.1');
    expect(await other.resolve4('chirp.example')).toEqual(['192.0.2.7']);
  });

  it('can be silent', async () => {
    await expect(resolver.resolve4('silent.example')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  });
});

it('readQuestion survives any message', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      readQuestion(Buffer.from(bytes));
    }),
  );
});
