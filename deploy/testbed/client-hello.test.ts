import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { isUnder, sightServerName } from './client-hello.js';

/** The real first bytes of this Node's TLS. */
async function realHello(servername: string): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', servername }).on('error', () => {});
  const [socket] = await once(server, 'connection');
  const [bytes] = await once(socket, 'data');
  client.destroy();
  socket.destroy();
  server.close();
  return bytes as Buffer;
}

/** The same handshake cut into TLS records of at most `size` bytes. */
function inRecords(hello: Buffer, size: number): Buffer {
  const body = hello.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part);
  }
  return Buffer.concat(records);
}

describe('sightServerName', () => {
  let hello: Buffer;
  beforeAll(async () => {
    hello = await realHello('Media.Chirp.example');
  });

  it('reads the name of a real ClientHello, lower case', () => {
    expect(sightServerName(hello)).toEqual({ kind: 'name', name: 'media.chirp.example' });
  });

  it('asks for more at every cut, and is never fooled by one', () => {
    for (let at = 0; at < hello.length; at++)
      expect(sightServerName(hello.subarray(0, at)), `cut at ${at}`).toEqual({ kind: 'incomplete' });
  });

  it.each([1, 3, 50, 200])('reads through records of %i bytes', (size) => {
    expect(sightServerName(inRecords(hello, size))).toEqual({ kind: 'name', name: 'media.chirp.example' });
  });

  it('says so when there is no name, or no TLS', async () => {
    expect(sightServerName(await realHello(''))).toEqual({ kind: 'nameless' });
    expect(sightServerName(Buffer.from('GET / HTTP/1.1\r\n'))).toEqual({ kind: 'not-tls' });
    expect(sightServerName(Buffer.from([22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff]))).toEqual({ kind: 'not-tls' });
  });

  it('survives any bytes, and any damage to a real one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        sightServerName(Buffer.from(bytes));
      }),
    );
    fc.assert(
      fc.property(fc.nat(hello.length - 1), fc.nat(255), (at, value) => {
        const damaged = Buffer.from(hello);
        damaged[at] = value;
        sightServerName(damaged);
      }),
      { numRuns: 1000 },
    );
  });
});

it('isUnder respects label borders', () => {
  expect(isUnder('chirp.example', 'chirp.example')).toBe(true);
  expect(isUnder('media.chirp.example', 'chirp.example')).toBe(true);
  expect(isUnder('notchirp.example', 'chirp.example')).toBe(false);
});
