import type { Socket } from 'node:net';
import type { ReadTcpInfo } from './kernel.js';
import { type Count, SampleSeries, type TransferSample } from './sample-series.js';
import type { TcpInfo } from './tcp-info.js';

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
  end(): Count;
}

interface Transfer {
  readonly direction: 'download' | 'upload';
  readonly socket: Socket;
  readonly sinceMs: number;
  readonly samples: SampleSeries;
  readonly onCount: ((count: Count) => void) | undefined;
  /** Bytes that the far end of the connection had acknowledged before; `undefined` without TCP_INFO. */
  readonly ackedBefore: number | undefined;
  bytes: number;
  /** The last two samples are the same. */
  resting: boolean;
  /** Nothing more will be read or handed over. */
  ended: boolean;
  /** Its samples have been given up. */
  dropped: boolean;
}

/** What changes as soon as anything happens on a connection. */
const MOVING = ['bytesAcked', 'bytesSent', 'rttMs', 'congestionWindow'] as const;
const SAMPLE_MS = 100;
const MAX_SAMPLES = 120;
/** Of all results together: bounds what is remembered, however many ask. */
const MAX_ALL_SAMPLES = 50_000;
const MAX_RESULTS = 5_000;
/** A coordinator asks when the probe's own result has reached it: soon, or after an outage of its own. */
const KEPT_MS = 60 * 60_000;

/** Samples open transfers every 100 ms (the kernel forgets them when they close) and keeps results for an hour. */
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
    onCount?: (count: Count) => void,
  ): Watch {
    const earlier = this.#transfers.get(id);
    const goesOn = earlier !== undefined && earlier.socket === socket && earlier.direction === direction;
    if (earlier?.ended === true) this.#open.delete(earlier);
    if (earlier !== undefined && !goesOn) this.#drop(earlier);
    const transfer: Transfer = {
      direction,
      socket,
      sinceMs: goesOn ? earlier.sinceMs : this.#now(),
      samples: goesOn ? earlier.samples : new SampleSeries(),
      onCount,
      ackedBefore: goesOn ? earlier.ackedBefore : this.#readTcpInfo?.(socket)?.bytesAcked,
      bytes: goesOn ? earlier.bytes : 0,
      resting: false,
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
        const info = this.#sample(transfer);
        transfer.ended = true;
        if (!isUnderWay(transfer, info)) this.#open.delete(transfer);
        return this.#count(transfer);
      },
    };
  }

  result(id: string): TransferResult | null {
    const transfer = this.#transfers.get(id);
    if (transfer === undefined) return null;
    const { direction, samples } = transfer;
    const tcpInfo = this.#readTcpInfo !== null;
    return { direction, open: this.#open.has(transfer), tcpInfo, samples: samples.read() };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sampleAll(): void {
    for (const transfer of this.#open) {
      const info = this.#sample(transfer);
      transfer.onCount?.(this.#count(transfer));
      if (transfer.ended && !isUnderWay(transfer, info)) this.#open.delete(transfer);
    }
  }

  #count({ sinceMs, bytes }: Transfer): Count {
    return { ms: Math.round(this.#now() - sinceMs), bytes };
  }

  /** Keeps what is seen now. Of a time in which nothing moves its begin and its end are enough. */
  #sample(transfer: Transfer): TcpInfo | null {
    const { socket, samples } = transfer;
    const info = this.#readTcpInfo?.(socket) ?? null;
    const still = samples.length > 0 && isSame(samples, transfer, info);
    if (still && transfer.resting) samples.extend(this.#count(transfer));
    else if (!transfer.dropped && samples.length < MAX_SAMPLES && this.#sampleCount < MAX_ALL_SAMPLES) {
      samples.push(this.#count(transfer), info);
      this.#sampleCount += 1;
    }
    transfer.resting = still;
    return info;
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

/** Is it as it was? Where the kernel tells what became of the bytes, those that it was handed say nothing. */
function isSame(samples: SampleSeries, { direction, bytes }: Transfer, info: TcpInfo | null): boolean {
  if (info === null || direction === 'upload') return samples.last('bytes') === bytes;
  return MOVING.every((name) => samples.last(name) === info[name]);
}

/** Has the system bytes of an ended download that the far end does not? TLS adds to what is acknowledged, never takes. */
function isUnderWay({ direction, ackedBefore, bytes }: Transfer, info: TcpInfo | null): boolean {
  if (direction === 'upload' || ackedBefore === undefined || info === null) return false;
  return info.bytesAcked - ackedBefore < bytes;
}
