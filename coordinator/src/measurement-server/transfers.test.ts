import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TcpInfo } from './tcp-info.js';
import { Transfers } from './transfers.js';

let acked: number;
let transfers: Transfers;
const socket = new Socket();
const kernel = (): TcpInfo => ({
  rttMs: 41,
  minRttMs: 41,
  congestionWindow: 10,
  bytesAcked: acked,
  bytesReceived: 600,
  bytesSent: acked,
  bytesRetransmitted: 0,
  retransmissions: 0,
});

beforeEach(() => {
  vi.useFakeTimers();
  acked = 700;
  transfers = new Transfers(kernel, () => Date.now());
});
afterEach(() => {
  transfers.close();
  vi.useRealTimers();
});

describe('a download', () => {
  it('is watched until the far end has acknowledged what the system was handed', () => {
    const watch = transfers.begin('a', 'download', socket);
    watch.add(96_000);
    watch.end();
    vi.advanceTimersByTime(1_000);
    expect(transfers.result('a')?.open).toBe(true);
    acked += 97_500;
    vi.advanceTimersByTime(1_000);
    // A time in which nothing moves is kept as its begin and its end.
    expect(transfers.result('a')).toMatchObject({
      open: false,
      samples: [
        { ms: 0, bytesAcked: 700 },
        { ms: 1_000, bytesAcked: 700 },
        { ms: 1_100, bytesAcked: 98_200 },
      ],
    });
  });

  it('goes on with its next step as one series', () => {
    for (const bytes of [96_000, 160_000]) {
      const watch = transfers.begin('a', 'download', socket);
      watch.add(bytes);
      watch.end();
      vi.advanceTimersByTime(200);
    }
    acked += 257_000;
    vi.advanceTimersByTime(100);
    expect(transfers.result('a')).toMatchObject({
      open: false,
      samples: [
        { ms: 0, bytes: 96_000 },
        { ms: 200, bytes: 96_000 },
        { ms: 400, bytes: 256_000 },
        { ms: 500, bytes: 256_000 },
      ],
    });
  });
});

it('ends an upload with its last byte', () => {
  const watch = transfers.begin('a', 'upload', socket);
  watch.add(96_000);
  expect(watch.end().bytes).toBe(96_000);
  vi.advanceTimersByTime(1_000);
  expect(transfers.result('a')).toMatchObject({ open: false, samples: { length: 1 } });
});

it('ends a download at once where there is no TCP_INFO', () => {
  const without = new Transfers(null, () => Date.now());
  without.begin('a', 'download', socket).end();
  expect(without.result('a')).toMatchObject({ open: false, tcpInfo: false });
  without.close();
});
