/** The most that one read takes from the network; near the budget's wall a read takes no more than is left. */
export const READ_BYTES = 65_536;
/** The most that Node takes from OpenSSL at a time: one record. */
const RECORD_BYTES = 16_384;

/**
 * Where bytes lie while they are counted, from one test to the next: what is read, and what TLS makes of it. There is one
 * connection at a time, and nobody keeps what lies here.
 */
export interface Buffers {
  readonly read: Buffer;
  readonly record: Buffer;
}

export function createBuffers(): Buffers {
  return { read: Buffer.allocUnsafeSlow(READ_BYTES), record: Buffer.allocUnsafeSlow(RECORD_BYTES) };
}
