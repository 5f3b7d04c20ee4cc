import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import * as der from './der.js';

/** A key and its certificate, as `tls` takes them. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  subjectAltName: '2.5.29.17',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
} as const;

const DAY_MS = 86_400_000;
const ALGORITHM = der.sequence(der.oid(OID.ecdsaWithSha256));

const spkiOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });
const distinguishedName = (cn: string): Buffer =>
  der.sequence(der.set(der.sequence(der.oid(OID.commonName), der.utf8(cn))));
const keyIdentifier = (key: KeyObject): Buffer => createHash('sha1').update(spkiOf(key)).digest();

/** GeneralName (RFC 5280, 4.2.1.6): iPAddress or dNSName. */
function generalName(name: string): Buffer {
  return isIPv4(name)
    ? der.implicit(7, Buffer.from(name.split('.').map(Number)))
    : der.implicit(2, Buffer.from(name));
}

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

interface Subject {
  readonly commonName: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

/**
 * A certificate authority of the bench, made at start and kept nowhere but in memory: Node has no API that issues
 * X.509 certificates, and a bench must not need a native tool. P-256 throughout (RFC 5280, RFC 5480).
 */
export class CertificateAuthority {
  /** The CA's own certificate (PEM), for `NODE_EXTRA_CA_CERTS`. */
  readonly cert: string;
  readonly #name: string;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #validFrom: Date;

  /** @param now wall time in ms; certificates are valid from a day before it to a year after. */
  constructor(name: string, now: number) {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#name = name;
    this.#privateKey = pair.privateKey;
    this.#publicKey = pair.publicKey;
    this.#validFrom = new Date(now - DAY_MS);
    this.cert = this.#certify({
      commonName: name,
      publicKey: pair.publicKey,
      extensions: [
        extension(OID.basicConstraints, true, der.sequence(der.boolean(true))),
        // keyCertSign (bit 5) and cRLSign (bit 6): one unused bit in the byte.
        extension(OID.keyUsage, true, der.bits(Buffer.from([0b0000_0110]), 1)),
      ],
    });
  }

  /** A server certificate for these DNS names (a leading `*.` stands for one label) and IPv4 addresses. */
  issue(names: readonly [string, ...string[]]): Credentials {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const cert = this.#certify({
      commonName: names[0],
      publicKey,
      extensions: [
        extension(OID.basicConstraints, true, der.sequence()),
        // digitalSignature (bit 0).
        extension(OID.keyUsage, true, der.bits(Buffer.from([0b1000_0000]), 7)),
        extension(OID.extendedKeyUsage, false, der.sequence(der.oid(OID.serverAuth))),
        extension(OID.subjectAltName, false, der.sequence(...names.map(generalName))),
      ],
    });
    return { key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, cert };
  }

  #certify(subject: Subject): string {
    const validUntil = new Date(this.#validFrom.getTime() + 366 * DAY_MS);
    const body = der.sequence(
      der.explicit(0, der.integer(Buffer.from([2]))), // v3
      der.integer(randomBytes(16)),
      ALGORITHM,
      distinguishedName(this.#name),
      der.sequence(der.time(this.#validFrom), der.time(validUntil)),
      distinguishedName(subject.commonName),
      spkiOf(subject.publicKey),
      der.explicit(
        3,
        der.sequence(
          ...subject.extensions,
          extension(OID.subjectKeyIdentifier, false, der.octets(keyIdentifier(subject.publicKey))),
          extension(
            OID.authorityKeyIdentifier,
            false,
            der.sequence(der.implicit(0, keyIdentifier(this.#publicKey))),
          ),
        ),
      ),
    );
    const signature = sign('sha256', body, this.#privateKey);
    return der.pem('CERTIFICATE', der.sequence(body, ALGORITHM, der.bits(signature)));
  }
}
