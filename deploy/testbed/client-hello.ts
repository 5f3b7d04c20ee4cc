/** What the first bytes of a connection say about its name. */
export type Sighting =
  | { readonly kind: 'name'; readonly name: string }
  /** A ClientHello without a name. */
  | { readonly kind: 'nameless' }
  /** So far it could be a ClientHello: more bytes are needed. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'not-tls' };

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const MAX_RECORD = 16_384 + 256;
/** Longest ClientHello that is looked into; a real one has 300-2000 bytes. */
export const MAX_HELLO = 16_384;
const HOSTNAME = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/;

/** Reads forward and never past the end. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** @throws RangeError when there are not so many bytes. */
  take(count: number): Buffer {
    if (count > this.left) throw new RangeError('past the end');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  number(size: 1 | 2 | 3): number {
    return this.take(size).readUIntBE(0, size);
  }

  /** A vector: its length in `size` bytes, then its bytes. */
  vector(size: 1 | 2 | 3): Reader {
    return new Reader(this.take(this.number(size)));
  }
}

/**
 * Finds the server name (RFC 6066) in the first bytes that a client sends. The ClientHello may be split over TLS
 * records and TCP segments. Any bytes at all may be given.
 */
export function sightServerName(bytes: Buffer): Sighting {
  const fragments: Buffer[] = [];
  let collected = 0;
  let wanted: number | undefined;
  const records = new Reader(bytes);
  while (records.left >= 5) {
    const type = records.number(1);
    const major = records.number(1);
    records.take(1);
    const length = records.number(2);
    if (type !== HANDSHAKE_RECORD || major !== 3 || length === 0 || length > MAX_RECORD)
      return { kind: 'not-tls' };
    const whole = records.left >= length;
    const fragment = records.take(Math.min(length, records.left));
    fragments.push(fragment);
    collected += fragment.length;
    if (wanted === undefined && collected > 0) {
      const start = Buffer.concat(fragments);
      if (start[0] !== CLIENT_HELLO) return { kind: 'not-tls' };
      if (collected >= 4) wanted = 4 + start.readUIntBE(1, 3);
    }
    if (wanted !== undefined && wanted > MAX_HELLO) return { kind: 'not-tls' };
    if (wanted !== undefined && collected >= wanted)
      return nameIn(Buffer.concat(fragments).subarray(4, wanted));
    if (!whole) return { kind: 'incomplete' };
  }
  return records.left === 0 || bytes[bytes.length - records.left] === HANDSHAKE_RECORD
    ? { kind: 'incomplete' }
    : { kind: 'not-tls' };
}

function nameIn(hello: Buffer): Sighting {
  try {
    const reader = new Reader(hello);
    reader.take(2 + 32); // legacy_version, random
    reader.vector(1); // legacy_session_id
    reader.vector(2); // cipher_suites
    reader.vector(1); // legacy_compression_methods
    if (reader.left === 0) return { kind: 'nameless' };
    const extensions = reader.vector(2);
    while (extensions.left > 0) {
      const type = extensions.number(2);
      const content = extensions.vector(2);
      if (type !== SERVER_NAME) continue;
      const list = content.vector(2);
      if (list.number(1) !== 0) return { kind: 'not-tls' };
      const name = list.take(list.number(2)).toString('latin1');
      if (!HOSTNAME.test(name) || name.length > 255) return { kind: 'not-tls' };
      return { kind: 'name', name: name.toLowerCase().replace(/\.$/, '') };
    }
    return { kind: 'nameless' };
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'not-tls' };
    throw error;
  }
}

/** Whether a name is this one or below it: `media.chirp.example` is under `chirp.example`, `notchirp.example` is not. */
export function isUnder(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`.${suffix}`);
}
