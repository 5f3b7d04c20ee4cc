import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The part of RFC 1035 (and 3596) that a bench needs: one question in, A or AAAA records (or an error) out. */

const A = 1;
const AAAA = 28;
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

/**
 * Answers with those of these addresses that are of the type asked for (none: the name exists, but not this type), or
 * that there is no such name.
 */
export function writeAnswer(question: Question, addresses: readonly string[] | 'nxdomain'): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const records =
    addresses === 'nxdomain' ? [] : addresses.filter((a) => typeOf(a) === question.type).map(record);
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

function typeOf(address: string): number {
  return isIP(address) === 6 ? AAAA : A;
}

function record(address: string): Buffer {
  const content = ipaddr.parse(address).toByteArray();
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc000 | HEADER_BYTES, 0); // the name in the question
  head.writeUInt16BE(typeOf(address), 2);
  head.writeUInt16BE(IN, 4);
  head.writeUInt32BE(TTL_S, 6);
  head.writeUInt16BE(content.length, 10);
  return Buffer.concat([head, Buffer.from(content)]);
}
