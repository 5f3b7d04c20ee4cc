import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { createBuffers } from '@brakelight/probe-agent/measure/buffers';
import { MeteredSocket } from '@brakelight/probe-agent/measure/metered-socket';
import { Plaintext } from '@brakelight/probe-agent/measure/plaintext';
import { takeRecords } from '@brakelight/probe-agent/measure/records';
import { createTlsContexts, secure } from '@brakelight/probe-agent/measure/secure-connection';
import { describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { CountingBudget } from './support/engine.js';
import { tlsFarEnd } from './support/far-end.js';

const body = randomBytes(3_000_000);
const contexts = createTlsContexts();
const buffers = createBuffers();

/** A connection to a far end that is asked with an empty head, and sends the body. */
async function connection(): Promise<TLSSocket> {
  const far = await tlsFarEnd((socket) => socket.write(body));
  const budget = new CountingBudget(50_000_000);
  const socket = new MeteredSocket({ host: '127.0.0.1', port: far.port, budget, buffer: buffers.read });
  await once(socket, 'connect');
  return secure(socket, 'platform.example', { kind: 'pins', pins: [far.pin] }, contexts);
}

/** Keeps a copy of everything that is taken. */
function collect(tls: TLSSocket) {
  const copies: Buffer[] = [];
  const places = new Set<ArrayBufferLike>();
  let bytes = 0;
  takeRecords(tls, buffers.record, (record) => {
    copies.push(Buffer.from(record));
    places.add(record.buffer);
    bytes += record.length;
  });
  const whole = until('all has come', () => bytes >= body.length);
  return { whole: () => whole.then(() => Buffer.concat(copies)), places };
}

describe('takeRecords', () => {
  it('hands out every byte in one buffer', async () => {
    const tls = await connection();
    const { whole, places } = collect(tls);
    tls.write('\r\n\r\n');
    expect((await whole()).equals(body)).toBe(true);
    expect(places.size).toBe(1);
    tls.destroy();
  });

  it('hands out every byte where Node has other parts', async () => {
    const tls = await connection();
    Object.assign(Reflect.get(tls, '_handle') as object, { useUserBuffer: undefined });
    const { whole, places } = collect(tls);
    tls.write('\r\n\r\n');
    expect((await whole()).equals(body)).toBe(true);
    expect(places.size).toBeGreaterThan(1);
    tls.destroy();
  });

  it('hands out what came before it was asked for', async () => {
    const tls = await connection();
    tls.write('\r\n\r\n');
    await until('something waits', () => tls.readableLength > 0);
    expect((await collect(tls).whole()).equals(body)).toBe(true);
    tls.destroy();
  });
});

describe('Plaintext', () => {
  it('keeps what is not taken at once', async () => {
    const plaintext = new Plaintext(await connection(), buffers.record);
    let readable = 0;
    plaintext.on('readable', () => {
      readable += 1;
    });
    plaintext.write('\r\n\r\n');
    await until('much has come', () => readable > 150);
    const pieces: Buffer[] = [];
    for (let piece = plaintext.read(); piece !== null; piece = plaintext.read()) pieces.push(piece);
    const seen = Buffer.concat(pieces);
    expect(seen.length).toBeGreaterThan(1_000_000);
    expect(seen.equals(body.subarray(0, seen.length))).toBe(true);
    plaintext.unshift(seen);
    expect(plaintext.read()?.equals(seen)).toBe(true);
    plaintext.destroy();
  });

  it('keeps what is given back while it is offered', async () => {
    const plaintext = new Plaintext(await connection(), buffers.record);
    let pieces = 0;
    plaintext.on('readable', () => {
      const piece = plaintext.read();
      if (piece !== null) plaintext.unshift(piece.subarray(1));
      pieces += 1;
    });
    plaintext.write('\r\n\r\n');
    await until('some has come', () => pieces >= 3);
    plaintext.removeAllListeners('readable');
    // Each time the first byte of what waits is taken.
    expect(plaintext.read()?.[0]).toBe(body[pieces]);
    plaintext.destroy();
  });
});
