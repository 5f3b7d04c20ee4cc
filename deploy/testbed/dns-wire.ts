/** The part of RFC 1035 that a bench needs: one question in, A records (or an error) out. */

export const A = 1;
const IN = 1;
const HEADER_BYTES = 12;
const TTL_S = 1;
const RCODE_NXDOMAIN = 3;

export interface Question {
  readonly id: number;
  /** Lower case, without the final dot. */
  readonly name: string;
  readonly type: number;
  /** The question section as it came, to be repeated in the answer. */
  readonly section: Buffer;
  readonly recursionDesired: boolean;
}

/** Reads a query; `undefined` for anything that is not one plain question. */
export function readQuestion(message: Buffer): Question | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  const flags = message.readUInt16BE(2);
  const isStandardQuery = (flags & 0xf800) === 0;
  if (!isStandardQuery || message.readUInt16BE(4) !== 1) return undefined;
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const size = message[at];
    // Compression (size above 63) has no place in a question.
    if (size === undefined || size > 63 || at + 1 + size > message.length) return undefined;
    at += 1;
    if (size === 0) break;
    labels.push(message.toString('latin1', at, at + size));
    at += size;
  }
  if (at + 4 > message.length) return undefined;
  return {
    id: message.readUInt16BE(0),
    name: labels.join('.').toLowerCase(),
    type: message.readUInt16BE(at),
    section: message.subarray(HEADER_BYTES, at + 4),
    recursionDesired: (flags & 0x0100) !== 0,
  };
}

/** Answers with these IPv4 addresses (none: the name exists, but not this type), or that there is no such name. */
export function writeAnswer(question: Question, addresses: readonly string[] | 'nxdomain'): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const records = addresses === 'nxdomain' ? [] : addresses.map(record);
  header.writeUInt16BE(question.id, 0);
  // QR, AA, RA; RD repeated.
  header.writeUInt16BE(
    0x8480 | (question.recursionDesired ? 0x0100 : 0) | (addresses === 'nxdomain' ? RCODE_NXDOMAIN : 0),
    2,
  );
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, question.section, ...records]);
}

function record(address: string): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16BE(0xc000 | HEADER_BYTES, 0); // the name in the question
  bytes.writeUInt16BE(A, 2);
  bytes.writeUInt16BE(IN, 4);
  bytes.writeUInt32BE(TTL_S, 6);
  bytes.writeUInt16BE(4, 10);
  bytes.set(address.split('.').map(Number), 12);
  return bytes;
}
