import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { selfSignedCertificate } from './certificate.js';

it('makes a certificate that OpenSSL reads, signed by its own key', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const made = new X509Certificate(selfSignedCertificate(privateKey, new Date('2026-01-02T03:04:05Z'), 10));
  expect(made.verify(publicKey)).toBe(true);
  expect(made.checkPrivateKey(privateKey)).toBe(true);
  expect(new Date(made.validFrom).toISOString()).toBe('2026-01-02T03:04:05.000Z');
  expect(new Date(made.validTo).toISOString()).toBe('2036-01-02T03:04:05.000Z');
  expect(made.subject).toBe('CN=m');
});
