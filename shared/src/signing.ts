import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';

/**
 * A strict subset of HTTP Message Signatures (RFC 9421): one signature named `sig1`, Ed25519 (3.3.6), over method
 * and path (requests) or status (answers) and the Content-Digest (RFC 9530, sha-256) of the bytes on the wire,
 * with `created`, `nonce` and `keyid`. What is not exactly of this form is refused.
 */
export interface SignatureParams {
  /** Who signed. */
  readonly keyId: string;
  /** Unix seconds. */
  readonly created: number;
  /** Fresh for each message; an answer repeats the nonce of its request. */
  readonly nonce: string;
}

/** What is signed beside the body. */
export type SignedSubject = { readonly method: string; readonly path: string } | { readonly status: number };

export interface SignatureHeaders {
  readonly 'content-digest': string;
  readonly 'signature-input': string;
  readonly signature: string;
}

/** Why a signature was not accepted. */
export type SignatureFault = 'missing' | 'malformed' | 'digest-mismatch' | 'signature-mismatch';

const PARAMS =
  /^sig1=(\((?:"[@a-z-]+" ?)+\));created=(\d{1,12});keyid="([A-Za-z0-9:_-]{1,64})";nonce="([A-Za-z0-9_-]{8,64})";alg="ed25519"$/;
const SIGNATURE = /^sig1=:([A-Za-z0-9+/]{86}==):$/;
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

function components(subject: SignedSubject): [string, string][] {
  return 'method' in subject
    ? [
        ['@method', subject.method.toUpperCase()],
        ['@path', subject.path],
      ]
    : [['@status', String(subject.status)]];
}

function names(subject: SignedSubject): string {
  return `(${[...components(subject).map(([name]) => name), 'content-digest'].map((n) => `"${n}"`).join(' ')})`;
}

function paramsOf(subject: SignedSubject, p: SignatureParams): string {
  return `${names(subject)};created=${p.created};keyid="${p.keyId}";nonce="${p.nonce}";alg="ed25519"`;
}

/** Signature base, RFC 9421 section 2.5. */
function base(subject: SignedSubject, digest: string, params: string): Buffer {
  const lines = components(subject).map(([name, value]) => `"${name}": ${value}`);
  return Buffer.from([...lines, `"content-digest": ${digest}`, `"@signature-params": ${params}`].join('\n'));
}

/** Content-Digest of a body as it goes over the wire (RFC 9530). */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}

/** Signs a message; the returned headers go with it unchanged. */
export function signMessage(
  subject: SignedSubject,
  body: Uint8Array,
  params: SignatureParams,
  privateKey: KeyObject,
): SignatureHeaders {
  const digest = contentDigest(body);
  const inner = paramsOf(subject, params);
  const signature = sign(null, base(subject, digest, inner), privateKey).toString('base64');
  return { 'content-digest': digest, 'signature-input': `sig1=${inner}`, signature: `sig1=:${signature}:` };
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Reads who claims to have signed, before the key is looked up. Nothing is verified yet. */
export function readSignatureParams(headers: Headers): SignatureParams | SignatureFault {
  const input = headers['signature-input'];
  if (input === undefined) return 'missing';
  const match = typeof input === 'string' ? PARAMS.exec(input) : null;
  if (!match) return 'malformed';
  const [, , created, keyId, nonce] = match as unknown as [string, string, string, string, string];
  return { keyId, created: Number(created), nonce };
}

/** `undefined` when the signature is good. Freshness and replay are the caller's to judge. */
export function verifyMessage(
  subject: SignedSubject,
  headers: Headers,
  body: Uint8Array,
  publicKey: KeyObject,
): SignatureFault | undefined {
  const params = readSignatureParams(headers);
  if (typeof params === 'string') return params;
  const digest = headers['content-digest'];
  const signature = headers.signature;
  if (digest === undefined || signature === undefined) return 'missing';
  const match = typeof signature === 'string' ? SIGNATURE.exec(signature) : null;
  if (!match?.[1] || typeof digest !== 'string') return 'malformed';
  const signatureBytes = Buffer.from(match[1], 'base64');
  // Base64 has spare bits at its end: only the canonical text is taken, so that one signature has one spelling.
  if (signatureBytes.toString('base64') !== match[1]) return 'malformed';
  const inner = paramsOf(subject, params);
  if (headers['signature-input'] !== `sig1=${inner}`) return 'malformed';
  if (!sameText(digest, contentDigest(body))) return 'digest-mismatch';
  const good = verify(null, base(subject, digest, inner), publicKey, signatureBytes);
  return good ? undefined : 'signature-mismatch';
}

function sameText(a: string, b: string): boolean {
  const x = Buffer.from(a);
  const y = Buffer.from(b);
  return x.length === y.length && timingSafeEqual(x, y);
}

/** Public key from 32 raw bytes in base64. */
export function importPublicKey(base64: string): KeyObject {
  const raw = Buffer.from(base64, 'base64');
  if (raw.length !== 32) throw new RangeError(`an Ed25519 public key has 32 bytes, got ${raw.length}`);
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}

/** 32 raw bytes in base64. Takes a private key too and exports its public half. */
export function exportPublicKey(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length).toString('base64');
}

/** Private key from PKCS #8 PEM. */
export function importPrivateKey(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519')
    throw new TypeError(`expected an Ed25519 key, got ${key.asymmetricKeyType}`);
  return key;
}

/** Short name of a public key: first 16 bytes of its SHA-256, base64url. Good as `keyid` before there is a probe id. */
export function fingerprint(publicKeyBase64: string): string {
  return createHash('sha256')
    .update(Buffer.from(publicKeyBase64, 'base64'))
    .digest()
    .subarray(0, 16)
    .toString('base64url');
}
