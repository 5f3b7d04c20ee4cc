import { describe, expect, it } from 'vitest';
import { AddressPolicy } from './addresses.js';

const hostOf = (url: string) => new URL(url).hostname;

describe('AddressPolicy', () => {
  const policy = new AddressPolicy([]);

  it.each(['1.1.1.1', '151.101.1.140', '2606:4700::1111'])('allows %s', (a) =>
    expect(policy.allows(a)).toBe(true),
  );

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '::7f00:1',
    '4000::1',
    '2002:7f00:1::',
    'fc00::1',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
    'not an address',
    '0x7f.1',
  ])('refuses %s', (a) => expect(policy.allows(a)).toBe(false));

  it.each(['https://0x7f000001/', 'https://2130706433/', 'https://127.1/', 'https://[::ffff:10.0.0.1]/'])(
    'sees through %s',
    (url) => expect(policy.allowsHost(hostOf(url))).toBe(false),
  );

  it.each(['https://localhost/', 'https://router/', 'https://nas.local./', 'https://a.localhost/'])(
    'refuses the name in %s',
    (url) => expect(policy.allowsHost(hostOf(url))).toBe(false),
  );

  it('allows names that can be public', () => expect(policy.allowsHost('video.twimg.com')).toBe(true));

  it('opens exactly what the operator names', () => {
    const bench = new AddressPolicy(['127.20.0.0/16', 'fd00::/8']);
    expect(bench.allows('127.20.7.1')).toBe(true);
    expect(bench.allows('fd00::7')).toBe(true);
    expect(bench.allows('127.0.0.1')).toBe(false);
    expect(bench.allows('::ffff:127.20.7.1')).toBe(false);
  });
});
