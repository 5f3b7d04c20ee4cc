import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { createLogger } from '@brakelight/coordinator/logging';
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from '@brakelight/coordinator/measurement-server/limits';
import {
  type MeasurementServer,
  startMeasurementServer,
} from '@brakelight/coordinator/measurement-server/start';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

const HOST = '127.0.0.1';
let keysDir: string;
let server: MeasurementServer | undefined;

async function start(limits: Partial<ServerLimits> = {}): Promise<number> {
  const logger = createLogger('silent');
  const settings = { host: HOST, port: 0, keysDir, logger };
  server = await startMeasurementServer({ ...settings, limits: { ...DEFAULT_SERVER_LIMITS, ...limits } });
  return server.port;
}

beforeEach(async () => {
  keysDir = await mkdtemp(join(tmpdir(), 'brakelight-keys-'));
});
afterEach(async () => {
  await server?.close();
  await rm(keysDir, { recursive: true });
});

/** A connection that is left to itself; its errors are what is expected. */
function open(port: number, over: object = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: HOST, port, rejectUnauthorized: false, ...over }, () =>
      resolve(socket),
    );
    socket.once('error', reject);
    onTestFinished(() => void socket.destroy());
  });
}

/** All that comes until the other end closes. */
function heardUntilClosed(socket: Socket): Promise<string> {
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text;
  });
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('close', () => resolve(heard)));
}

/** Status of an answer; `null` where the connection ends without one. */
function status(port: number, method: string, path: string, headers = {}, body = ''): Promise<number | null> {
  return new Promise((resolve) => {
    request(
      { host: HOST, port, method, path, headers, rejectUnauthorized: false, agent: false },
      (answer) => {
        answer.on('error', () => undefined).resume();
        resolve(answer.statusCode ?? null);
      },
    )
      .once('error', () => resolve(null))
      .end(body);
  });
}

describe('the measurement server, among strangers', () => {
  it.each(['99999999999', '1e9', '4000001', '0', '-5', '1.5', 'NaN', ''])(
    'sends nothing for bytes=%s',
    async (bytes) => expect(await status(await start(), 'GET', `/v1/down?bytes=${bytes}&id=x`)).toBe(400),
  );

  it('takes no upload that does not say its end, or whose end is too far', async () => {
    const port = await start();
    const chunked = { 'transfer-encoding': 'chunked' };
    expect(await status(port, 'POST', '/v1/up?id=x', chunked, 'abc')).toBe(400);
    expect(await status(port, 'POST', '/v1/up?id=x', { 'content-length': 4_000_001 })).toBe(413);
  });

  it('takes no body with a question', async () => {
    const port = await start();
    expect(await status(port, 'GET', '/v1/down?bytes=9&id=x', { 'content-length': 3 }, 'abc')).toBe(400);
  });

  it('answers one question after the other: who asks thousands in one segment is cut off', async () => {
    const socket = await open(await start());
    socket.write('GET /v1/down?bytes=4000000&id=x HTTP/1.1\r\nhost: m\r\n\r\n'.repeat(1_000));
    expect((await heardUntilClosed(socket)).length).toBeLessThan(1_000_000);
  });

  it('ends a connection that says its question letter by letter, for ever', async () => {
    const socket = await open(await start({ connectionMs: 400 }));
    const dripping = setInterval(() => socket.write('a'), 20);
    onTestFinished(() => clearInterval(dripping));
    socket.write('GET /v1/down?bytes=9&id=x HTTP/1.1\r\nx: ');
    expect(await heardUntilClosed(socket)).toBe('');
  });

  it('ends a handshake that never ends', async () => {
    const port = await start({ connectionMs: 400 });
    const socket = connectTcp(port, HOST, () => socket.write(Buffer.from('160301', 'hex')));
    expect(await heardUntilClosed(socket)).toBe('');
  });

  it('ends what is no TLS with an alert at most, and TLS 1.2 before a certificate is shown', async () => {
    const port = await start();
    const socket = connectTcp(port, HOST, () => socket.write(Buffer.alloc(100_000, 'GET / HTTP/1.1\r\n')));
    expect((await heardUntilClosed(socket)).length).toBeLessThan(20);
    await expect(open(port, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
  });

  it('says nothing of what it is told: no header, no path, no id comes back', async () => {
    const socket = await open(await start());
    socket.end('GET /v1/result?id=Reflected HTTP/1.1\r\nhost: reflected\r\nx-reflected: Reflected\r\n\r\n');
    const heard = await heardUntilClosed(socket);
    expect(heard).toMatch(/^HTTP\/1\.1 404 /);
    expect(heard.toLowerCase()).not.toContain('reflected');
  });

  it('answers nothing past its limits: not what is expected of it, not what is said twice', async () => {
    const port = await start();
    const question = 'POST /v1/up?id=x HTTP/1.1\r\nhost: m\r\n';
    for (const header of ['expect: more', 'content-length: 4', 'transfer-encoding: chunked']) {
      const socket = await open(port);
      socket.write(`${question}content-length: 3\r\n${header}\r\n\r\nabc`);
      expect(await heardUntilClosed(socket), header).toBe('');
    }
  });

  it('shows the same certificate whatever it is called', async () => {
    const port = await start();
    const shown = async (servername: string) =>
      (await open(port, { servername })).getPeerX509Certificate()?.fingerprint256;
    expect(await shown('platform.example')).toBe(await shown('neutral.example'));
  });

  it('counts what it answers, also of results, against the minute of an address', async () => {
    const port = await start({ bytesPerMinute: 5_000 });
    const answers: (number | null)[] = [];
    for (let i = 0; i < 6; i++) answers.push(await status(port, 'GET', `/v1/result?id=nobody-${i}`));
    expect(answers).toEqual([404, 404, 404, 404, 429, 429]);
  });

  it('lets in no more connections of an address in a minute than it may open', async () => {
    const port = await start({ connectionsPerMinute: 2 });
    for (let i = 0; i < 2; i++) (await open(port)).destroy();
    await expect(open(port)).rejects.toThrow();
  });

  it('reads from no more uploads at once than it can hold', async () => {
    const port = await start({ uploads: 1 });
    const first = await open(port);
    first.on('error', () => undefined);
    first.write('POST /v1/up?id=x HTTP/1.1\r\nhost: m\r\ncontent-length: 9\r\n\r\n');
    await new Promise((resolve) => first.once('data', resolve));
    expect(await status(port, 'POST', '/v1/up?id=y', { 'content-length': 3 }, 'abc')).toBe(503);
  });
});
