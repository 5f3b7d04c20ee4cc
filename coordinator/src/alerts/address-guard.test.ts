import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { AddressGuard } from './address-guard.js';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'receiver.example': ['93.184.216.34', '2606:2800:220:1::1'],
  'half.example': ['93.184.216.34', '10.0.0.1'],
  'inside.example': ['192.168.1.10'],
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'zone.example': ['fe80::1%eth0'],
  'metadata.example': ['169.254.169.254'],
  'mapped.example': ['::ffff:10.0.0.1'],
};

async function lookup(name: string): Promise<LookupAddress[]> {
  const found = NAMES[name];
  if (!found) throw new Error('ENOTFOUND');
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}

describe('the address guard', () => {
  const guard = new AddressGuard({ allow: [], lookup });

  it.each([
    ['https://receiver.example/hook', ['93.184.216.34', '2606:2800:220:1::1']],
    ['https://RECEIVER.example:8443/hook?a=b', ['93.184.216.34', '2606:2800:220:1::1']],
    ['https://93.184.216.34/', ['93.184.216.34']],
    ['https://[2606:2800:220:1::1]/', ['2606:2800:220:1::1']],
  ])('lets %s through, with the addresses to connect to', async (text, addresses) => {
    const checked = await guard.check(text);
    expect(checked.addresses.map((one) => one.address)).toEqual(addresses);
  });

  it.each([
    // 127.0.0.1 and its spellings
    'https://127.0.0.1/',
    'https://127.1/',
    'https://127.0.0.1./',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.0.0.1/',
    'https://0177.0.0.1/',
    'https://0177.1/',
    'https://017700000001/',
    'https://１２７.０.０.１/',
    'https://127。0。0。1/',
    'https://%31%32%37.0.0.1/',
    'https://localhost/',
    'https://localhost./',
    'https://LOCALHOST/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    // wrapped in IPv6
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::ffff:8.8.8.8]/',
    'https://[::127.0.0.1]/',
    'https://[::8.8.8.8]/',
    'https://[::ffff:0:127.0.0.1]/',
    'https://[64:ff9b::127.0.0.1]/',
    'https://[64:ff9b::8.8.8.8]/',
    'https://[64:ff9b:1::1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:7f00:1::]/',
    // special ranges
    'https://0.0.0.0/',
    'https://0/',
    'https://0.1.2.3/',
    'https://10.1.2.3/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.0.0.1/',
    'https://192.0.2.1/',
    'https://192.88.99.1/',
    'https://192.168.0.1/',
    'https://198.18.0.1/',
    'https://198.51.100.1/',
    'https://203.0.113.1/',
    'https://224.0.0.1/',
    'https://239.255.255.255/',
    'https://240.0.0.1/',
    'https://255.255.255.255/',
    'https://[::]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[fc00::1]/',
    'https://[fd12:3456::1]/',
    'https://[ff02::1]/',
    'https://[100::1]/',
    'https://[2001:db8::1]/',
    'https://[3fff::1]/',
    'https://[5f00::1]/',
    'https://[4000::1]/',
    // names
    'https://inside.example/',
    'https://half.example/',
    'https://metadata.example/',
    'https://mapped.example/',
    'https://zone.example/',
    'https://nowhere.example/',
    // other things than https
    'http://receiver.example/',
    'http://93.184.216.34/',
    'https://user:secret@receiver.example/',
    'ftp://receiver.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'receiver.example',
    '',
  ])('refuses %s', async (text) => {
    await expect(guard.check(text)).rejects.toMatchObject({ name: 'ForbiddenAddress' });
  });

  it('opens exactly what the operator names, in its own family, http included', async () => {
    const opened = new AddressGuard({ allow: ['127.0.0.0/8', 'fd00::/16'], lookup });
    expect((await opened.check('http://127.0.0.1:9000/')).addresses).toHaveLength(1);
    expect((await opened.check('http://[fd00::1]/')).addresses).toHaveLength(1);
    for (const text of [
      'http://[::ffff:127.0.0.1]/',
      'http://[::1]/',
      'http://128.0.0.1/',
      'http://10.0.0.1/',
      'http://localhost/',
      'http://receiver.example/',
    ]) {
      await expect(opened.check(text), text).rejects.toMatchObject({ name: 'ForbiddenAddress' });
    }
  });

  it('does not start with a range that it cannot read', () => {
    expect(() => new AddressGuard({ allow: ['127.0.0.0'], lookup })).toThrow();
  });
});
