import { randomBytes } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { ArmEnd } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { drawnArm, measureArm } from './support/engine.js';
import { cutAfter, delayed, head, identity, tcpFarEnd, tlsFarEnd } from './support/far-end.js';

const body = randomBytes(1_000_000);
const octets = 'application/octet-stream';
const asked = (requestHead: string) => Number(/bytes=(\d+)/.exec(requestHead)?.[1]);

/** Answers as it was asked. */
function honest(socket: TLSSocket, requestHead: string): void {
  const bytes = asked(requestHead);
  socket.write(head(200, { 'content-type': octets, 'content-length': bytes }));
  socket.write(body.subarray(0, bytes));
}

const failed = (phase: string, failure: string) => ({ kind: 'failed', phase, class: failure }) as ArmEnd;

/** What the far end does after TLS, and what must come out. */
const AFTER_TLS: readonly [string, (socket: TLSSocket, head: string) => void, ArmEnd][] = [
  ['answers as it was asked', honest, { kind: 'decided', as: 'fast' }],
  ['refuses', (s) => s.write(head(403, { 'content-length': 0 })), failed('http', 'http-status')],
  [
    'redirects, which is not followed',
    (s) => s.write(head(302, { location: 'https://platform.example/other', 'content-length': 0 })),
    failed('http', 'http-status'),
  ],
  ['speaks no HTTP', (s) => s.write('SMTP ready\r\n\r\n'), failed('http', 'http-protocol')],
  ['hangs up on the request', (s) => s.end(), failed('http', 'closed')],
  [
    'never ends its head',
    (s) => s.write(`HTTP/1.1 200 OK\r\n${'x-more: y\r\n'.repeat(10_000)}`),
    failed('http', 'http-protocol'),
  ],
  [
    'sends without end',
    (s) => {
      s.write(head(200, { 'content-type': octets }));
      const more = () => {
        while (!s.destroyed && s.write(body.subarray(0, 65_536)));
      };
      s.on('drain', more);
      more();
    },
    { kind: 'cap-bytes' },
  ],
  [
    'promises more than it sends, then hangs up',
    (s) => {
      s.write(head(200, { 'content-length': 96_000 }));
      s.end(body.subarray(0, 50_000));
    },
    failed('body', 'closed'),
  ],
  [
    'sends an object that is smaller than was asked for',
    (s) => {
      s.write(head(200, { 'content-length': 40_000 }));
      s.write(body.subarray(0, 40_000));
    },
    { kind: 'short', reason: 'object' },
  ],
  [
    'compresses although it was told not to',
    (s) => {
      const gz = gzipSync(Buffer.alloc(96_000));
      s.write(head(200, { 'content-encoding': 'gzip', 'content-length': gz.length }));
      s.write(gz);
    },
    { kind: 'short', reason: 'object' },
  ],
  [
    'says it is compressed and is not',
    (s) => {
      s.write(head(200, { 'content-encoding': 'gzip', 'content-length': 30_000 }));
      s.write(body.subarray(0, 30_000));
    },
    { kind: 'short', reason: 'object' },
  ],
  ['is silent after the request (10 s)', () => undefined, failed('http', 'timeout')],
];

describe.concurrent('after TLS, a far end that', () => {
  it.each(AFTER_TLS)('%s', { timeout: 30_000 }, async (_name, onRequest, end) => {
    const far = await tlsFarEnd(onRequest);
    const seen = await measureArm(drawnArm(far.port, [far.pin]));
    expect(seen.end).toEqual(end);
  });

  it('freezes after 16 kB is a stall with its bytes', { timeout: 30_000 }, async () => {
    const far = await tlsFarEnd((s) => {
      s.write(head(200, { 'content-length': 96_000 }));
      s.write(body.subarray(0, 16_000));
    });
    const seen = await measureArm(drawnArm(far.port, [far.pin]));
    expect(seen.end).toMatchObject({ kind: 'stalled' });
    const bytes = seen.end.kind === 'stalled' ? seen.end.bytes : 0;
    expect(bytes).toBeGreaterThan(16_000);
    expect(bytes).toBeLessThan(24_000);
    expect(seen.curve.at(-1)?.[1]).toBe(bytes);
    expect(seen.curve.at(-1)?.[0]).toBeGreaterThanOrEqual(5_000);
    expect(seen.rateBps).toBe(0);
  });

  it('sends a byte at a time is slow, by the last two seconds', { timeout: 30_000 }, async () => {
    const far = await tlsFarEnd((s) => {
      s.write(head(200, { 'content-length': 96_000 }));
      const timer = setInterval(() => s.write('x'), 10);
      s.once('close', () => clearInterval(timer));
    });
    const seen = await measureArm(drawnArm(far.port, [far.pin]));
    expect(seen.end).toEqual({ kind: 'decided', as: 'slow' });
    expect(seen.rateBps).toBeGreaterThan(0);
    expect(seen.rateBps).toBeLessThan(350_000);
  });

  it('resets in mid-body', { timeout: 30_000 }, async () => {
    const far = await tlsFarEnd(honest);
    const port = await cutAfter(far.port, 40_000);
    const seen = await measureArm(drawnArm(port, [far.pin], { ladder: [512_000] }));
    expect(seen.end).toEqual(failed('body', 'reset'));
    expect(seen.bytesReceived).toBeGreaterThan(30_000);
  });
});

describe.concurrent('before HTTP, a far end that', () => {
  it('is not there', async () => {
    const port = await tcpFarEnd(() => undefined);
    // Nobody listens on the port's neighbour address.
    const arm = drawnArm(port, [identity().pin], { connect: { address: '127.0.0.2', port } });
    expect((await measureArm(arm)).end).toEqual(failed('tcp', 'refused'));
  });

  it('resets on the ClientHello', async () => {
    const port = await tcpFarEnd((s) => s.once('data', () => s.resetAndDestroy()));
    expect((await measureArm(drawnArm(port, [identity().pin]))).end).toEqual(failed('tls', 'reset'));
  });

  it('hangs up on the ClientHello', async () => {
    const port = await tcpFarEnd((s) => s.once('data', () => s.end()));
    expect((await measureArm(drawnArm(port, [identity().pin]))).end).toEqual(failed('tls', 'closed'));
  });

  it('is silent after the ClientHello (15 s)', { timeout: 40_000 }, async () => {
    const port = await tcpFarEnd((s) => s.resume());
    expect((await measureArm(drawnArm(port, [identity().pin]))).end).toEqual(failed('tls', 'timeout'));
  });

  it('speaks no TLS', async () => {
    const port = await tcpFarEnd((s) => s.once('data', () => s.end('HTTP/1.1 400 No\r\n\r\n')));
    expect((await measureArm(drawnArm(port, [identity().pin]))).end).toEqual(failed('tls', 'tls-protocol'));
  });

  it('offers TLS 1.2 only, where the pin must stay hidden', async () => {
    const far = await tlsFarEnd(honest, { maxVersion: 'TLSv1.2' });
    expect((await measureArm(drawnArm(far.port, [far.pin]))).end).toEqual(failed('tls', 'tls-protocol'));
  });

  it('holds another key hears nothing', async () => {
    const far = await tlsFarEnd(honest);
    const seen = await measureArm(drawnArm(far.port, [identity().pin]));
    expect(seen.end).toEqual(failed('tls', 'pin-mismatch'));
    expect(far.heard()).toBe(0);
  });

  it('shows a certificate that nobody vouches for', async () => {
    const far = await tlsFarEnd(honest);
    const seen = await measureArm(drawnArm(far.port, [], { trust: { kind: 'web' } }));
    expect(seen.end).toEqual(failed('tls', 'certificate'));
  });

  it('takes two seconds to shake hands is still measured', { timeout: 30_000 }, async () => {
    const far = await tlsFarEnd(honest);
    const seen = await measureArm(drawnArm(await delayed(far.port, 2_000), [far.pin]));
    expect(seen.end).toEqual({ kind: 'decided', as: 'fast' });
    expect(seen.phases.tlsMs).toBeGreaterThan(1_800);
  });
});
