import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exportPublicKey,
  fingerprint,
  importPublicKey,
  readSignatureParams,
  signMessage,
  verifyMessage,
} from './signing.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
const subject = { method: 'POST', path: '/v1/submissions' };
const params = { keyId: '01JA0000000000000000000000', created: 1_800_000_000, nonce: 'abcdefgh12345678' };
const body = Buffer.from('bytes as they go over the wire');

describe('message signatures (RFC 9421 subset)', () => {
  const headers = { ...signMessage(subject, body, params, privateKey) };

  it('accepts what was signed and says who signed', () => {
    expect(verifyMessage(subject, headers, body, publicKey)).toBeUndefined();
    expect(readSignatureParams(headers)).toEqual(params);
  });

  it('signs answers over their status', () => {
    const answer = { ...signMessage({ status: 200 }, body, params, privateKey) };
    expect(verifyMessage({ status: 200 }, answer, body, publicKey)).toBeUndefined();
    expect(verifyMessage({ status: 202 }, answer, body, publicKey)).toBe('signature-mismatch');
    expect(verifyMessage(subject, answer, body, publicKey)).toBe('malformed');
  });

  it('names what is wrong', () => {
    expect(verifyMessage(subject, {}, body, publicKey)).toBe('missing');
    expect(verifyMessage(subject, { ...headers, signature: 'sig1=:AAAA:' }, body, publicKey)).toBe(
      'malformed',
    );
    expect(verifyMessage(subject, headers, Buffer.from('other bytes'), publicKey)).toBe('digest-mismatch');
    expect(verifyMessage({ ...subject, path: '/v1/work' }, headers, body, publicKey)).toBe(
      'signature-mismatch',
    );
    expect(verifyMessage(subject, headers, body, other.publicKey)).toBe('signature-mismatch');
  });

  it('notices any changed character of any header', () => {
    const keys = ['content-digest', 'signature-input', 'signature'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.nat(), fc.integer({ min: 33, max: 126 }), (key, at, code) => {
        const value = headers[key];
        const i = at % value.length;
        const changed = value.slice(0, i) + String.fromCharCode(code) + value.slice(i + 1);
        fc.pre(changed !== value);
        expect(verifyMessage(subject, { ...headers, [key]: changed }, body, publicKey)).toBeDefined();
      }),
    );
  });

  it('carries public keys as 32 raw bytes', () => {
    const text = exportPublicKey(privateKey);
    expect(Buffer.from(text, 'base64')).toHaveLength(32);
    expect(importPublicKey(text).equals(publicKey)).toBe(true);
    expect(fingerprint(text)).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});
