import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { ByteBudget } from '../budget/budget.js';
import { aborted } from './arm-ended.js';

export interface MeteredSocketSettings {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string | undefined;
  readonly budget: ByteBudget;
  /** Where reads go; whoever is handed them copies at once. */
  readonly buffer: Buffer;
}

/**
 * A TCP connection whose every read and write passes through here, under TLS: each is counted, charged to the budget
 * and announced at the moment it happens. TLS on a plain `net.Socket` reads inside libuv, many times before any
 * JavaScript runs; no wall could stand there.
 *
 * Events beside those of a Duplex: `connect`, and `received` after each read.
 */
export class MeteredSocket extends Duplex {
  readonly #socket: Socket;
  readonly #budget: ByteBudget;
  #buffer: Buffer;
  bytesReceived = 0;
  bytesSent = 0;
  /** What the system said went wrong; TLS and HTTP above it invent errors of their own. */
  failure: Error | null = null;
  /** The far end closed its side in good order. */
  farEndClosed = false;
  /** The budget's wall was reached; TLS above may call it by another name. */
  overBudget = false;

  constructor({ host, port, localAddress, budget, buffer }: MeteredSocketSettings) {
    super({ allowHalfOpen: false });
    this.#budget = budget;
    this.#buffer = buffer;
    this.#socket = connect({
      host,
      port,
      ...(localAddress !== undefined && { localAddress }),
      noDelay: true,
      onread: {
        buffer: () => this.#room(),
        callback: (bytes, buffer) => this.#take(bytes, buffer),
      },
    });
    this.#socket.once('connect', () => this.emit('connect'));
    this.#socket.once('end', () => {
      this.farEndClosed = true;
      this.push(null);
    });
    this.#socket.once('error', (error) => {
      this.failure = error;
      this.destroy(error);
    });
    this.#socket.once('close', () => this.destroy());
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /** Where the next read goes. */
  #room(): Uint8Array {
    const left = this.#budget.remaining();
    return left < this.#buffer.length ? this.#buffer.subarray(0, Math.max(1, left)) : this.#buffer;
  }

  #take(bytes: number, buffer: Uint8Array): boolean {
    this.bytesReceived += bytes;
    this.#budget.spend(bytes);
    if (this.#budget.remaining() <= 0) {
      this.overBudget = true;
      this.destroy(aborted('budget'));
      return false;
    }
    this.emit('received');
    const wantsMore = this.push(buffer.subarray(0, bytes));
    // TLS has copied what it was handed. What still waits for it keeps its bytes: the next read gets others.
    if (this.readableLength > 0) this.#buffer = Buffer.allocUnsafeSlow(this.#buffer.length);
    return wantsMore;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#budget.remaining() < chunk.length) {
      this.overBudget = true;
      done(aborted('budget'));
      return;
    }
    this.bytesSent += chunk.length;
    this.#budget.spend(chunk.length);
    this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
