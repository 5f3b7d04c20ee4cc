import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Network, openNetwork } from './network.js';
import { allowList, isPublicAddress, literalHost } from './public-address.js';
import { parseAddress, subnetOf } from './subnet.js';

const key = Buffer.alloc(32, 7);
let folder: string;
let network: Network;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brakelight-network-'));
  const csv = join(folder, 'networks.csv');
  await writeFile(
    csv,
    [
      'prefix,asn,country,org',
      '127.10.0.0/16,64496,DE,"Example, Inc."',
      '127.10.7.0/24,AS64497,NL,Example B',
      '127.10.7.128/25,64498,,',
      '2001:db8::/32,65536,FR,Example C',
      '2001:db8:7::/48,65537,BE,Example D',
    ].join('\n'),
  );
  network = await openNetwork({ csv }, key);
});
afterAll(() => rm(folder, { recursive: true }));

describe('the network database', () => {
  it.each([
    ['127.10.1.1', { asn: 64496, country: 'DE', asnName: 'Example, Inc.' }],
    ['127.10.7.1', { asn: 64497, country: 'NL', asnName: 'Example B' }],
    ['::ffff:127.10.7.1', { asn: 64497, country: 'NL', asnName: 'Example B' }],
    ['127.10.7.200', { asn: 64498, country: null, asnName: null }],
    ['127.11.0.1', { asn: null, country: null, asnName: null }],
    ['2001:db8:7::1', { asn: 65537, country: 'BE', asnName: 'Example D' }],
    ['2001:db8:8::1', { asn: 65536, country: 'FR', asnName: 'Example C' }],
    ['2001:db9::1', { asn: null, country: null, asnName: null }],
  ])('takes the longest prefix of %s', (address, facts) => {
    expect(network.locate(address)).toMatchObject(facts);
  });

  it('keeps nothing of the address but a keyed hash of its /24 or /48', () => {
    const one = network.locate('127.10.7.1');
    expect(JSON.stringify(one)).not.toContain('127.10');
    expect(network.locate('127.10.7.254').subnet).toBe(one.subnet);
    expect(network.locate('::ffff:127.10.7.9').subnet).toBe(one.subnet);
    expect(network.locate('127.10.8.1').subnet).not.toBe(one.subnet);
    expect(network.locate('2001:db8:7:1::1').subnet).toBe(network.locate('2001:db8:7:ffff::1').subnet);
    expect(network.locate('2001:db8:7::1').subnet).not.toBe(network.locate('2001:db8:8::1').subnet);
    expect(network.hashForeign('4ndv', '127.10.7.0/24')).not.toBe(one.subnet);
  });

  it('gives another hash under another key', async () => {
    const other = await openNetwork({}, Buffer.alloc(32, 8));
    expect(other.locate('127.10.7.1').subnet).not.toBe(network.locate('127.10.7.1').subnet);
    expect(other.date).toBe('none');
  });

  it('names the line that it cannot read', async () => {
    const csv = join(folder, 'bad.csv');
    await writeFile(csv, '192.0.2.0/24,64496,DE,ok\n192.0.2.0/24,0,DE,zero\n');
    await expect(openNetwork({ csv }, key)).rejects.toThrow(/line 2/);
  });

  it('writes subnets as people do', () => {
    expect(subnetOf(parseAddress('192.0.2.77'))).toBe('192.0.2.0/24');
    expect(subnetOf(parseAddress('2001:db8:1:2::3'))).toBe('2001:db8:1::/48');
  });
});

describe('public addresses', () => {
  it.each(['8.8.8.8', '2606:4700::1'])('%s is one', (address) => expect(isPublicAddress(address)).toBe(true));
  it.each([
    '127.0.0.1',
    '10.1.1.1',
    '192.168.1.1',
    '169.254.1.1',
    '100.64.0.1',
    '224.0.0.1',
    '0.0.0.0',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    '::7f00:1',
    '64:ff9b:1::7f00:1',
    '4000::1',
    'fc00::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    'example.org',
  ])('%s is none', (address) => expect(isPublicAddress(address)).toBe(false));

  it('opens what an operator names', () => {
    const allowed = allowList(['127.0.0.0/8', 'fd00::/8']);
    expect(allowed.has('127.9.9.9')).toBe(true);
    expect(allowed.has('::ffff:127.9.9.9')).toBe(true);
    expect(allowed.has('fd00::1')).toBe(true);
    expect(allowed.has('10.0.0.1')).toBe(false);
  });

  it('sees literals in every spelling', () => {
    expect(literalHost('https://0x7f.1/')).toBe('127.0.0.1');
    expect(literalHost('https://[::1]:8443/')).toBe('::1');
    expect(literalHost('https://example.org/')).toBeUndefined();
  });
});
