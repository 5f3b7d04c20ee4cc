import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { selfSignedCertificate } from '@brakelight/coordinator/measurement-server/certificate';
import { afterAll } from 'vitest';

/** A key with the certificate and the pin that belong to it. */
export function identity(): { key: string; cert: string; pin: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: selfSignedCertificate(privateKey, new Date(Date.now() - 60_000), 1),
    pin: createHash('sha256').update(spki).digest('base64'),
  };
}

const servers = new Set<Server>();
const sockets = new Set<Socket>();

afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.add(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A far end that does what it likes with the TCP connection. */
export function tcpFarEnd(onConnection: (socket: Socket) => void): Promise<number> {
  return listen(createTcpServer(onConnection));
}

export interface TlsFarEnd {
  readonly port: number;
  readonly pin: string;
  /** Bytes that came over TLS. */
  readonly heard: () => number;
}

/** A far end that speaks TLS and then answers each request head as it likes. */
export async function tlsFarEnd(
  onRequest: (socket: TLSSocket, head: string) => void,
  options: TlsOptions = {},
): Promise<TlsFarEnd> {
  const { key, cert, pin } = identity();
  let heard = 0;
  const server = createTlsServer({ key, cert, ALPNProtocols: ['http/1.1'], ...options }, (socket) => {
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.length;
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = text.slice(0, end);
      text = text.slice(end + 4);
      onRequest(socket, head);
    });
  });
  server.on('tlsClientError', () => undefined);
  return { port: await listen(server), pin, heard: () => heard };
}

/** The head of a response. */
export function head(status: number, headers: Record<string, string | number>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n`;
}

/** A relay in front of a far end that holds back the first bytes of its answer. */
export function delayed(port: number, delayMs: number): Promise<number> {
  return tcpFarEnd((near) => {
    const far = connect(port, '127.0.0.1');
    sockets.add(far);
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    near.pipe(far);
    far.pause();
    setTimeout(() => far.pipe(near), delayMs);
  });
}

/** A relay in front of a far end that resets the connection after so many bytes of its answer. */
export function cutAfter(port: number, bytes: number): Promise<number> {
  return tcpFarEnd((near) => {
    const far = connect(port, '127.0.0.1');
    sockets.add(far);
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    near.pipe(far);
    let left = bytes;
    far.on('data', (chunk: Buffer) => {
      if (left <= 0) return;
      near.write(chunk.subarray(0, left));
      left -= chunk.length;
      // A reset overtakes bytes that wait to be read: they get the time to be.
      if (left <= 0) setTimeout(() => near.resetAndDestroy(), 300);
    });
  });
}

/** A token bucket on one direction of a connection. */
interface Bucket {
  readonly bytesPerSecond: number;
  readonly burstBytes: number;
}

/** A relay that holds the bytes of one direction to a bucket, as a shaper does; the other direction is open. */
export function throttled(port: number, direction: 'download' | 'upload', bucket: Bucket): Promise<number> {
  return tcpFarEnd((near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    sockets.add(far);
    near.setNoDelay(true);
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    const [from, to] = direction === 'download' ? [far, near] : [near, far];
    to.pipe(from);
    let queue = Buffer.alloc(0);
    let tokens = bucket.burstBytes;
    let at = performance.now();
    from.on('data', (chunk: Buffer) => {
      queue = Buffer.concat([queue, chunk]);
    });
    const timer = setInterval(() => {
      const now = performance.now();
      tokens = Math.min(bucket.burstBytes, tokens + ((now - at) / 1_000) * bucket.bytesPerSecond);
      at = now;
      const bytes = Math.min(Math.floor(tokens), queue.length);
      if (bytes === 0) return;
      tokens -= bytes;
      to.write(queue.subarray(0, bytes));
      queue = queue.subarray(bytes);
    }, 20);
    near.once('close', () => clearInterval(timer));
  });
}
