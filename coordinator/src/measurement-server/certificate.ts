import { createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';

/** One DER element. */
function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
}

const SEQUENCE = 0x30;
const SET = 0x31;
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2. */
const ECDSA_SHA256 = der(SEQUENCE, oid('2a8648ce3d040302'));
const COMMON_NAME = oid('550403');

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x18, Buffer.from(digits, 'ascii'));
}

/**
 * A self-signed X.509 certificate (RFC 5280) for a P-256 key, PEM. It carries no name that means anything: probes know
 * the server by its key alone.
 */
export function selfSignedCertificate(key: KeyObject, from: Date, years: number): string {
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(0x0c, Buffer.from('m')))));
  const until = new Date(from);
  until.setUTCFullYear(from.getUTCFullYear() + years);
  const serial = randomBytes(16);
  // A serial number is positive and has no leading zero octet.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const body = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ECDSA_SHA256,
    name,
    der(SEQUENCE, time(from), time(until)),
    name,
    spki,
  );
  const signature = sign('sha256', body, key);
  const certificate = der(SEQUENCE, body, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
