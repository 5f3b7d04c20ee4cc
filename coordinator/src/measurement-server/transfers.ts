import type { Socket } from 'node:net';
import type { ReadTcpInfo, TcpInfo } from './tcp-info.js';

/** What the server saw of a connection at one moment. */
export interface TransferSample extends Partial<TcpInfo> {
  /** Milliseconds since the request's head was read. */
  readonly ms: number;
  /** Body bytes so far: read (upload), or handed to the system (download, where `bytesAcked` is the truth). */
  readonly bytes: number;
}

/** Answer of `GET /v1/result`. */
export interface TransferResult {
  readonly direction: 'download' | 'upload';
  /** Whether the samples carry the kernel's own numbers. */
  readonly tcpInfo: boolean;
  readonly open: boolean;
  readonly samples: readonly TransferSample[];
}

/** A transfer that is being watched. */
export interface Watch {
  /** Counts body bytes. */
  add(bytes: number): void;
  /**
   * The last body byte was read (upload) or handed to the system (download). What the system still has to deliver is
   * watched on, where TCP_INFO tells: a throttled download has hardly begun then.
   */
  end(): TransferSample;
}

interface Transfer {
  readonly direction: 'download' | 'upload';
  readonly socket: Socket;
  readonly sinceMs: number;
  readonly samples: TransferSample[];
  readonly onSample: ((sample: TransferSample) => void) | undefined;
  /** Bytes that the far end of the connection had acknowledged before; `undefined` without TCP_INFO. */
  readonly ackedBefore: number | undefined;
  bytes: number;
  /** Nothing more will be read or handed over. */
  ended: boolean;
  /** Its samples have been given up. */
  dropped: boolean;
}

const SAMPLE_MS = 100;
const MAX_SAMPLES = 120;
/** Of all results together: bounds what is remembered, however many ask. */
const MAX_ALL_SAMPLES = 50_000;
const MAX_RESULTS = 5_000;
const KEPT_MS = 10 * 60_000;

/** Samples open transfers every 100 ms (the kernel forgets them when they close) and keeps results for ten minutes. */
export class Transfers {
  readonly #transfers = new Map<string, Transfer>();
  readonly #open = new Set<Transfer>();
  #sampleCount = 0;
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
   */
  begin(
    id: string,
    direction: 'download' | 'upload',
    socket: Socket,
    onSample?: (sample: TransferSample) => void,
  ): Watch {
    const earlier = this.#transfers.get(id);
    const goesOn = earlier !== undefined && earlier.socket === socket && earlier.direction === direction;
    if (earlier?.ended === true) this.#open.delete(earlier);
    if (earlier !== undefined && !goesOn) this.#drop(earlier);
    const transfer: Transfer = {
      direction,
      socket,
      sinceMs: goesOn ? earlier.sinceMs : this.#now(),
      samples: goesOn ? earlier.samples : [],
      onSample,
      ackedBefore: goesOn ? earlier.ackedBefore : this.#readTcpInfo?.(socket)?.bytesAcked,
      bytes: goesOn ? earlier.bytes : 0,
      ended: false,
      dropped: false,
    };
    // Put at the end of the map, which forgets from its beginning.
    this.#transfers.delete(id);
    this.#transfers.set(id, transfer);
    this.#open.add(transfer);
    this.#forget();
    return {
      add: (bytes) => {
        transfer.bytes += bytes;
      },
      end: () => {
        const sample = this.#sample(transfer);
        transfer.ended = true;
        if (!isUnderWay(transfer, sample)) this.#open.delete(transfer);
        return sample;
      },
    };
  }

  result(id: string): TransferResult | null {
    const transfer = this.#transfers.get(id);
    if (transfer === undefined) return null;
    const { direction, samples } = transfer;
    return { direction, open: this.#open.has(transfer), tcpInfo: this.#readTcpInfo !== null, samples };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sampleAll(): void {
    for (const transfer of this.#open) {
      const sample = this.#sample(transfer);
      transfer.onSample?.(sample);
      if (transfer.ended && !isUnderWay(transfer, sample)) this.#open.delete(transfer);
    }
  }

  #sample(transfer: Transfer): TransferSample {
    const { socket, sinceMs, bytes, samples } = transfer;
    const sample = { ms: Math.round(this.#now() - sinceMs), bytes, ...this.#readTcpInfo?.(socket) };
    if (!transfer.dropped && samples.length < MAX_SAMPLES && this.#sampleCount < MAX_ALL_SAMPLES) {
      samples.push(sample);
      this.#sampleCount += 1;
    }
    return sample;
  }

  /** Oldest first: a map keeps the order of insertion. */
  #forget(): void {
    for (const [id, transfer] of this.#transfers) {
      const over = this.#transfers.size > MAX_RESULTS || this.#sampleCount >= MAX_ALL_SAMPLES;
      if (!over && (this.#open.has(transfer) || this.#now() - transfer.sinceMs < KEPT_MS)) return;
      this.#transfers.delete(id);
      this.#drop(transfer);
    }
  }

  /** It may still be open, and counts on; what it sees is no longer kept. */
  #drop(transfer: Transfer): void {
    transfer.dropped = true;
    this.#sampleCount -= transfer.samples.length;
  }
}

/** Has the system bytes of an ended download that the far end does not? TLS adds to what is acknowledged, never takes. */
function isUnderWay({ direction, ackedBefore, bytes }: Transfer, { bytesAcked }: TransferSample): boolean {
  if (direction === 'upload' || ackedBefore === undefined || bytesAcked === undefined) return false;
  return bytesAcked - ackedBefore < bytes;
}
