import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { CertificateAuthority } from './certificates.js';
import * as der from './der.js';

const NOW = Date.now();

describe('DER', () => {
  it.each([
    [der.oid('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    [der.integer(Buffer.from([0, 0, 0x80])), '02020080'],
    [der.integer(Buffer.from([0])), '020100'],
    [der.boolean(true), '0101ff'],
    [der.octets(Buffer.alloc(200)).subarray(0, 3), '0481c8'],
    [der.octets(Buffer.alloc(70_000)).subarray(0, 5), '0483011170'],
    [der.time(new Date('2021-05-17T13:40:00Z')), '170d3231303531373133343030305a'],
    [der.time(new Date('2050-01-01T00:00:00Z')), '180f32303530303130313030303030305a'],
  ])('writes the known bytes %#', (actual, hex) => {
    expect(actual.toString('hex')).toBe(hex);
  });
});

describe('CertificateAuthority', () => {
  const ca = new CertificateAuthority('Bench CA', NOW);
  const server = ca.issue(['chirp.example', '*.chirp.example']);

  it('issues what OpenSSL reads, signed by the CA, for these names and no other', () => {
    const root = new X509Certificate(ca.cert);
    const leaf = new X509Certificate(server.cert);
    expect(root.ca).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.checkIssued(root)).toBe(true);
    expect(leaf.checkHost('media.chirp.example')).toBe('*.chirp.example');
    expect(leaf.checkHost('notchirp.example')).toBeUndefined();
    expect(new X509Certificate(ca.issue(['10.79.0.2']).cert).checkIP('10.79.0.2')).toBe('10.79.0.2');
    expect(Date.parse(leaf.validFrom)).toBeLessThan(NOW);
    expect(Date.parse(leaf.validTo)).toBeGreaterThan(NOW);
  });

  it('is trusted over TLS by who was given the CA, and by nobody else', async () => {
    const listening = createServer(server, (s) => s.end('hello')).listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const { port } = listening.address() as AddressInfo;
    const attempt = (trusted: CertificateAuthority) =>
      new Promise<string>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', servername: 'chirp.example', ca: trusted.cert });
        socket.on('secureConnect', () => resolve('trusted')).on('error', (e) => resolve(e.message));
        socket.resume();
      });
    try {
      expect(await attempt(ca)).toBe('trusted');
      expect(await attempt(new CertificateAuthority('Bench CA', NOW))).not.toBe('trusted');
    } finally {
      listening.close();
    }
  });
});
