import type { Socket } from 'node:net';
import type { ReadTcpInfo, TcpInfo } from './tcp-info.js';

/** What the server saw of a connection at one moment. */
export interface TransferSample extends Partial<TcpInfo> {
  /** Milliseconds since the request's head was read. */
  readonly ms: number;
  /** Bytes read from, and written to, the connection under TLS since then. */
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** Answer of `GET /v1/result`. */
export interface TransferResult {
  readonly direction: 'download' | 'upload';
  /** Whether the samples carry the kernel's own numbers. */
  readonly tcpInfo: boolean;
  readonly open: boolean;
  readonly samples: readonly TransferSample[];
}

interface Transfer {
  readonly direction: 'download' | 'upload';
  readonly socket: Socket;
  readonly sinceMs: number;
  readonly readBefore: number;
  readonly writtenBefore: number;
  readonly samples: TransferSample[];
  readonly onSample: ((sample: TransferSample) => void) | undefined;
  open: boolean;
}

const SAMPLE_MS = 100;
const MAX_SAMPLES = 200;
const MAX_RESULTS = 5_000;
const KEPT_MS = 10 * 60_000;

/** Samples open transfers every 100 ms (the kernel forgets them when they close) and keeps results for ten minutes. */
export class Transfers {
  readonly #transfers = new Map<string, Transfer>();
  readonly #open = new Set<Transfer>();
  readonly #readTcpInfo: ReadTcpInfo | null;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;

  /** @param now monotonic milliseconds */
  constructor(readTcpInfo: ReadTcpInfo | null, now: () => number) {
    this.#readTcpInfo = readTcpInfo;
    this.#now = now;
    this.#timer = setInterval(() => this.#sampleAll(), SAMPLE_MS).unref();
  }

  /**
   * Begins to watch. A further transfer of the same id on the same connection (the ladder's next step) goes on with
   * the series.
   * @returns ends the watch and gives the last sample
   */
  begin(
    id: string,
    direction: 'download' | 'upload',
    socket: Socket,
    onSample?: (sample: TransferSample) => void,
  ): () => TransferSample {
    const earlier = this.#transfers.get(id);
    const goesOn = earlier !== undefined && earlier.socket === socket && earlier.direction === direction;
    const transfer: Transfer = {
      direction,
      socket,
      sinceMs: goesOn ? earlier.sinceMs : this.#now(),
      readBefore: goesOn ? earlier.readBefore : socket.bytesRead,
      writtenBefore: goesOn ? earlier.writtenBefore : socket.bytesWritten,
      samples: goesOn ? earlier.samples : [],
      onSample,
      open: true,
    };
    this.#transfers.delete(id);
    this.#transfers.set(id, transfer);
    this.#open.add(transfer);
    this.#forget();
    return () => {
      const sample = this.#sample(transfer);
      transfer.open = false;
      this.#open.delete(transfer);
      return sample;
    };
  }

  result(id: string): TransferResult | null {
    const transfer = this.#transfers.get(id);
    if (transfer === undefined) return null;
    const { direction, open, samples } = transfer;
    return { direction, open, tcpInfo: this.#readTcpInfo !== null, samples };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sampleAll(): void {
    for (const transfer of this.#open) {
      const sample = this.#sample(transfer);
      transfer.onSample?.(sample);
    }
  }

  #sample(transfer: Transfer): TransferSample {
    const { socket, sinceMs, readBefore, writtenBefore, samples } = transfer;
    const sample: TransferSample = {
      ms: Math.round(this.#now() - sinceMs),
      readBytes: socket.bytesRead - readBefore,
      writtenBytes: socket.bytesWritten - writtenBefore,
      ...this.#readTcpInfo?.(socket),
    };
    if (samples.length < MAX_SAMPLES) samples.push(sample);
    return sample;
  }

  /** Oldest first: a map keeps the order of insertion. */
  #forget(): void {
    for (const [id, { sinceMs, open }] of this.#transfers) {
      const over = this.#transfers.size > MAX_RESULTS;
      if (!over && (open || this.#now() - sinceMs < KEPT_MS)) return;
      this.#transfers.delete(id);
    }
  }
}
