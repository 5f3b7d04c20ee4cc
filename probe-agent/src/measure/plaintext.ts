import { Writable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { takeRecords } from './records.js';

/**
 * The plaintext side of a TLS connection as undici uses a socket: it listens for `readable` and calls `read()` until there
 * is no more. Records pass through without being stored: undici is done with each before the next comes.
 */
export class Plaintext extends Writable {
  readonly #tls: TLSSocket;
  readonly #waiting: Buffer[] = [];

  /** @param buffer where its records lie, one after another */
  constructor(tls: TLSSocket, buffer: Buffer) {
    super();
    this.#tls = tls;
    // Faults are told by the socket below; an event without a listener would end the process.
    this.on('error', () => undefined);
    tls.once('error', (error) => this.destroy(error));
    tls.once('end', () => this.emit('end'));
    tls.once('close', () => this.destroy());
    takeRecords(tls, buffer, (record) => this.#offer(record));
  }

  #offer(record: Buffer): void {
    this.#waiting.push(record);
    this.emit('readable');
    // The record's buffer is used again: whoever did not take it gets a copy.
    if (this.#waiting.at(-1) === record) this.#waiting[this.#waiting.length - 1] = Buffer.from(record);
  }

  /** The next bytes; `null` where there are none now. */
  read(): Buffer | null {
    return this.#waiting.shift() ?? null;
  }

  /** Takes back what was read too far. */
  unshift(rest: Buffer): void {
    this.#waiting.unshift(Buffer.from(rest));
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#tls.write(chunk, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#tls.destroy();
    done(error);
  }
}
