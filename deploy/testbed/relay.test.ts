import { randomBytes } from 'node:crypto';
import { Agent, get } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Censor } from './censor.js';
import { CertificateAuthority } from './certificates.js';
import { PlatformServer } from './platform-server.js';
import { Random } from './random.js';
import { type Line, Relay } from './relay.js';

const LINE: Line = {
  address: '127.10.200.1',
  country: 'XA',
  asn: 64_496,
  rttMs: 40,
  jitterMs: 0,
  downKbps: 20_000,
  upKbps: 20_000,
  failureRate: 0,
};
const POOL = randomBytes(300_000);
const ca = new CertificateAuthority('Bench CA', Date.now());
const objects = [{ path: '/clip', bytes: 2_000_000, contentType: 'video/mp4' }] as const;
const server = new PlatformServer(
  [
    { name: 'chirp.example', credentials: ca.issue(['chirp.example', '*.chirp.example']), objects },
    { name: 'mirror.example', credentials: ca.issue(['mirror.example']), objects },
  ],
  POOL,
);
const censor = new Censor();
const elsewhere: Line = { ...LINE, address: '127.10.201.1', country: 'XB' };
const relay = new Relay([LINE, elsewhere], censor, new Random(1));
let port: number;

beforeAll(async () => {
  const upstream = await server.listen('127.0.0.1', 0);
  port = await relay.open({ address: '127.0.0.1', port: 0 }, { address: '127.0.0.1', port: upstream });
});
afterAll(async () => {
  await relay.close();
  await server.close();
});

interface Outcome {
  readonly bytes: number;
  readonly ms: number;
  /** Milliseconds until the first body byte. */
  readonly firstMs: number;
  readonly error?: string;
  readonly intact: boolean;
}

/** Downloads bytes [0, `bytes`) over a connection of its own; gives up when nothing came for `patienceMs`. */
function download(host: string, bytes: number, from = LINE.address, patienceMs = 1500): Promise<Outcome> {
  const start = performance.now();
  const chunks: Buffer[] = [];
  let firstMs = Number.NaN;
  const outcome = (error?: string): Outcome => {
    const body = Buffer.concat(chunks);
    const intact = body.every((byte, i) => byte === POOL[i % POOL.length]);
    return {
      bytes: body.length,
      ms: performance.now() - start,
      firstMs,
      intact,
      ...(error ? { error } : {}),
    };
  };
  return new Promise((resolve) => {
    const request = get(
      {
        host: '127.0.0.1',
        port,
        servername: host,
        localAddress: from,
        path: '/clip',
        agent: new Agent({ maxCachedSessions: 0 }),
        ca: ca.cert,
        headers: { host, range: `bytes=0-${bytes - 1}` },
        timeout: patienceMs,
      },
      (response) => {
        response.on('data', (chunk: Buffer) => {
          if (chunks.length === 0) firstMs = performance.now() - start;
          chunks.push(chunk);
        });
        response.on('end', () => resolve(outcome()));
        response.on('error', (e: NodeJS.ErrnoException) => resolve(outcome(e.code)));
      },
    );
    request.on('timeout', () => {
      resolve(outcome('timeout'));
      request.destroy();
    });
    request.on('error', (e: NodeJS.ErrnoException) => resolve(outcome(e.code)));
  });
}

describe('an open line', () => {
  it('carries every byte, with the round trip of the line, at no more than its rate', async () => {
    const { bytes, ms, firstMs, intact } = await download('chirp.example', 1_000_000);
    expect(bytes).toBe(1_000_000);
    expect(intact).toBe(true);
    // TLS 1.3 and the request: two round trips.
    expect(firstMs).toBeGreaterThan(78);
    expect((bytes * 8) / ms).toBeLessThan(20_000);
  });

  it('is known by its source address; a stranger is turned away', async () => {
    expect((await download('chirp.example', 1000, '127.10.250.1')).error).toBe('ECONNRESET');
  });
});

describe('the censor', () => {
  it('throttles the name to its rate, and only that name, there', async () => {
    censor.impose({
      id: 'slow',
      suffix: 'chirp.example',
      where: { country: 'XA' },
      action: { kind: 'throttle', kbps: 140, burstBytes: 8000 },
    });
    try {
      const [slow, control, abroad] = await Promise.all([
        download('media.chirp.example', 48_000, LINE.address, 8000),
        download('mirror.example', 48_000),
        download('chirp.example', 48_000, elsewhere.address),
      ]);
      // 48 kB and the handshake, less the burst, at 17.5 kB/s: 2.4 s. A busy machine makes it slower, never faster.
      expect(slow.bytes).toBe(48_000);
      expect(slow.ms).toBeGreaterThan(2200);
      for (const open of [control, abroad]) {
        expect(open.bytes).toBe(48_000);
        expect(open.ms).toBeLessThan(slow.ms / 2);
      }
    } finally {
      censor.lift('slow');
    }
    expect((await download('chirp.example', 48_000)).ms).toBeLessThan(2200);
  });

  it.each([
    [{ kind: 'reset' } as const, { error: 'ECONNRESET', bytes: 0 }],
    [{ kind: 'silence' } as const, { error: 'timeout', bytes: 0 }],
  ])('%o', async (action, expected) => {
    censor.impose({ id: 'x', suffix: 'chirp.example', action });
    expect(await download('chirp.example', 50_000)).toMatchObject(expected);
    expect((await download('mirror.example', 50_000)).bytes).toBe(50_000);
    censor.lift('x');
  });

  it('freezes after a byte budget', async () => {
    censor.impose({ id: 'x', suffix: 'chirp.example', action: { kind: 'freeze', afterBytes: 16_000 } });
    const { bytes, error } = await download('chirp.example', 50_000);
    censor.lift('x');
    expect(error).toMatch(/timeout|ECONNRESET/);
    expect(bytes).toBeLessThan(16_000);
  });
});

it('lets no more than it may hold pile up behind a client that does not read', async () => {
  // The client asks and then reads nothing; what is read from the server beyond the path's and the kernel's buffers
  // would be the relay's own hoard.
  const before = process.memoryUsage().arrayBuffers;
  const clients = Array.from({ length: 5 }, () => {
    const request = get({
      host: '127.0.0.1',
      port,
      servername: 'chirp.example',
      localAddress: LINE.address,
      path: '/clip',
      agent: new Agent({ maxCachedSessions: 0 }),
      ca: ca.cert,
      headers: { host: 'chirp.example' },
    });
    request.on('response', (response) => response.pause()).on('error', () => {});
    return request;
  });
  await sleep(1000);
  const hoard = process.memoryUsage().arrayBuffers - before;
  for (const client of clients) client.destroy();
  expect(hoard).toBeLessThan(5 * 1_500_000);
});

it('leaves no connection behind', async () => {
  const own = new Relay([LINE], censor, new Random(2));
  const at = await own.open({ address: '127.0.0.1', port: 0 }, { address: '127.0.0.1', port });
  const client = connectTcp({ port: at, host: '127.0.0.1', localAddress: LINE.address });
  const closed = new Promise<void>((done) => client.on('close', () => done()).on('error', () => {}));
  await new Promise<void>((done) => client.once('connect', () => done()));
  await own.close();
  await closed;
});
