import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { createLogger } from '@brakelight/coordinator/logging';
import { DEFAULT_SERVER_LIMITS } from '@brakelight/coordinator/measurement-server/limits';
import {
  type MeasurementServer,
  startMeasurementServer,
} from '@brakelight/coordinator/measurement-server/start';
import { Client } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawnArm, measureArm, measureArms } from './support/engine.js';

let keysDir: string;
let server: MeasurementServer;
const logger = createLogger('silent');

async function start(limits = {}): Promise<MeasurementServer> {
  return await startMeasurementServer({
    host: '127.0.0.1',
    port: 0,
    keysDir,
    logger,
    limits: { ...DEFAULT_SERVER_LIMITS, ...limits },
  });
}

beforeEach(async () => {
  keysDir = await mkdtemp(join(tmpdir(), 'brakelight-keys-'));
  server = await start();
});

afterEach(async () => {
  await server.close();
  await rm(keysDir, { recursive: true });
});

function ask(path: string, options: { method?: 'GET' | 'POST'; body?: Buffer } = {}) {
  const client = new Client(`https://127.0.0.1:${server.port}`, { connect: { rejectUnauthorized: false } });
  return client
    .request({ path, method: options.method ?? 'GET', ...(options.body && { body: options.body }) })
    .then(async ({ statusCode, body }) => ({
      status: statusCode,
      bytes: Buffer.from(await body.arrayBuffer()),
    }))
    .finally(() => client.destroy());
}

function handshake(servername: string, over: object = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls(
      { host: '127.0.0.1', port: server.port, servername, rejectUnauthorized: false, ...over },
      () => resolve(socket),
    );
    socket.once('error', reject);
  });
}

const pinned = (over: object) => drawnArm(server.port, server.pins, over);

describe('the measurement server', () => {
  it.each(['twitter.com', 'a.very-neutral.example', 'xn--bcher-kva.example'])(
    'answers to the name %s with the key it announced',
    async (name) => {
      const socket = await handshake(name);
      const spki = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
      expect(socket.getProtocol()).toBe('TLSv1.3');
      socket.destroy();
      expect(
        createHash('sha256')
          .update(spki ?? '')
          .digest('base64'),
      ).toBe(server.pins[0]);
    },
  );

  it('refuses what shows a certificate in the clear', async () => {
    await expect(handshake('twitter.com', { maxVersion: 'TLSv1.2' })).rejects.toThrow();
  });

  it('says nothing to who speaks no TLS', async () => {
    const heard = await new Promise<number>((resolve) => {
      const socket = connectTcp(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
      let bytes = 0;
      socket.on('data', (chunk) => {
        bytes += chunk.length;
      });
      socket.on('error', () => undefined);
      socket.once('close', () => resolve(bytes));
    });
    // At most a TLS alert.
    expect(heard).toBeLessThan(20);
  });

  it('keeps its keys, readable by nobody else', async () => {
    const { pins } = server;
    await server.close();
    server = await start();
    expect(server.pins).toEqual(pins);
    expect(pins[0]).not.toBe(pins[1]);
    for (const file of await readdir(keysDir)) expect((await stat(join(keysDir, file))).mode & 0o077).toBe(0);
  });

  it('is measured alike under two names, and tells what it saw', async () => {
    const arms = [
      pinned({ arm: 'C', url: 'https://twitter.com/v1/down' }),
      pinned({ arm: 'D', url: 'https://neutral.xyz/v1/down' }),
    ];
    const seen = await measureArms(arms, { deep: true });
    expect(seen.map(({ end }) => end.kind)).toEqual(['complete', 'complete']);
    // The same bytes on the wire, but for the length of the names.
    expect(Math.abs((seen[0]?.bytesReceived ?? 0) - (seen[1]?.bytesReceived ?? 0))).toBeLessThan(1_000);
    const { bytes } = await ask('/v1/result?id=01ARZ3NDEKTSV4RRFFQ69G5FAV-C');
    const result = JSON.parse(bytes.toString());
    expect(result).toMatchObject({ direction: 'download', open: false });
    expect(result.samples.at(-1)).toMatchObject({ bytes: 512_000 });
  });

  it('counts an upload, and its count is the result', async () => {
    const seen = await measureArm(pinned({ arm: 'C', direction: 'upload', url: 'https://a.example/v1/up' }), {
      deep: true,
    });
    expect(seen.end).toEqual({ kind: 'complete' });
    expect(seen.curve.at(-1)?.[1]).toBe(512_000);
    expect(seen.rateBps).toBeGreaterThan(0);
    expect(seen.bytesSent).toBeGreaterThan(512_000);
  });

  it.each([
    ['/v1/down?bytes=4000001&id=x', 400],
    ['/v1/down?bytes=-1&id=x', 400],
    ['/v1/down?bytes=1e3&id=%00', 400],
    ['/v1/down?bytes=1000', 400],
    ['/v1/result?id=nobody', 404],
    ['/<script>?id=x', 404],
  ])('refuses %s with %i and not a word', async (path, status) => {
    const answer = await ask(path);
    expect(answer.status).toBe(status);
    expect(answer.bytes.length).toBe(0);
  });

  it('gives one address no more than its minute', async () => {
    await server.close();
    server = await start({ bytesPerMinute: 150_000 });
    const all = [];
    for (let i = 0; i < 3; i++) all.push((await ask('/v1/down?bytes=60000&id=x')).status);
    expect(all).toEqual([200, 200, 429]);
    expect((await ask('/v1/up?id=x', { method: 'POST', body: Buffer.alloc(60_000) })).status).toBe(429);
  });

  it('holds no more connections of one address than it may have', async () => {
    await server.close();
    server = await start({ connectionsPerAddress: 2 });
    const first = await handshake('a.example');
    const second = await handshake('a.example');
    await expect(handshake('a.example')).rejects.toThrow();
    first.destroy();
    second.destroy();
  });
});
