import type { TcpInfo } from './tcp-info.js';

/** How far a transfer is. */
export interface Count {
  /** Milliseconds since the request's head was read. */
  readonly ms: number;
  /** Body bytes so far: read (upload), or handed to the system (download, where `bytesAcked` is the truth). */
  readonly bytes: number;
}

/** What the server saw of a connection at one moment. */
export interface TransferSample extends Count, Partial<TcpInfo> {}

const COLUMNS = [
  'ms',
  'bytes',
  'rttMs',
  'minRttMs',
  'congestionWindow',
  'bytesAcked',
  'bytesReceived',
  'bytesSent',
  'bytesRetransmitted',
  'retransmissions',
] as const satisfies readonly (keyof TransferSample)[];
const WIDTH = COLUMNS.length;
const FIRST_ROWS = 8;

/** Samples of one transfer, oldest first, as plain numbers: tens of thousands of objects would be tens of megabytes. */
export class SampleSeries {
  #cells = new Float64Array(FIRST_ROWS * WIDTH);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push({ ms, bytes }: Count, info: TcpInfo | null): void {
    const at = this.#length * WIDTH;
    if (at === this.#cells.length) {
      const larger = new Float64Array(2 * at);
      larger.set(this.#cells);
      this.#cells = larger;
    }
    this.#length += 1;
    this.#cells[at] = ms;
    this.#cells[at + 1] = bytes;
    for (let column = 2; column < WIDTH; column++)
      this.#cells[at + column] = info === null ? Number.NaN : info[COLUMNS[column] as keyof TcpInfo];
  }

  /** The last sample still holds, at a later time. */
  extend({ ms, bytes }: Count): void {
    const at = (this.#length - 1) * WIDTH;
    this.#cells[at] = ms;
    this.#cells[at + 1] = bytes;
  }

  /** A number of the last sample; `NaN` where there is none. */
  last(name: keyof TransferSample): number {
    return this.#cells[(this.#length - 1) * WIDTH + COLUMNS.indexOf(name)] ?? Number.NaN;
  }

  read(): TransferSample[] {
    return Array.from({ length: this.#length }, (_, row) => {
      const numbers = COLUMNS.map((name, column) => [name, this.#cells[row * WIDTH + column]] as const);
      return Object.fromEntries(
        numbers.filter(([, value]) => !Number.isNaN(value)),
      ) as unknown as TransferSample;
    });
  }
}
