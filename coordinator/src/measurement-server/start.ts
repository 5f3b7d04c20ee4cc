import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext, type TLSSocket } from 'node:tls';
import type { Logger } from '../logging.js';
import { selfSignedCertificate } from './certificate.js';
import { openKernel } from './kernel.js';
import { loadKeys, pinOf } from './keys.js';
import { AddressLimiter, limitKey, type ServerLimits } from './limits.js';
import { RECORD_BYTES } from './record.js';
import { answer, type Connection } from './routes.js';
import { Transfers } from './transfers.js';

export interface MeasurementServerSettings {
  readonly host: string;
  readonly port: number;
  /** Folder of the two private keys. */
  readonly keysDir: string;
  readonly logger: Logger;
  readonly limits: ServerLimits;
}

export interface MeasurementServer {
  readonly port: number;
  /** SPKI pins of the current and of the next key. */
  readonly pins: readonly [string, string];
  close(): Promise<void>;
}

const POOL_BYTES = 1_000_000;
const CERTIFICATE_YEARS = 10;
/** 2.6 ms of a line of 100 Mbit/s: the kernel always has something to send, and holds no megabytes for who does not read. */
const UNSENT_BYTES = 32_768;
const HANDSHAKE_TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 60_000;

/** Answers any SNI with the same bytes, under TLS 1.3 alone, so that the name in the ClientHello is the only difference. */
export async function startMeasurementServer(
  settings: MeasurementServerSettings,
): Promise<MeasurementServer> {
  const { host, port, keysDir, logger, limits } = settings;
  const keys = await loadKeys(keysDir);
  const key = keys.current.export({ type: 'pkcs8', format: 'pem' });
  const cert = selfSignedCertificate(keys.current, new Date(Date.now() - 86_400_000), CERTIFICATE_YEARS);
  const context = createSecureContext({ key, cert, minVersion: 'TLSv1.3' });

  const found = await openKernel();
  if (typeof found === 'string') logger.warn({ reason: found }, 'measuring without TCP_INFO');
  const kernel = typeof found === 'string' ? null : found;
  const transfers = new Transfers(kernel?.readTcpInfo ?? null, () => performance.now());
  const limiter = new AddressLimiter(limits, () => performance.now());
  const pool = randomBytes(POOL_BYTES);
  /** By its far end: what is known of each connection. */
  const open = new Map<string, Connection>();
  const uploaders = new Set<Connection>();

  const server = createServer(
    {
      key,
      cert,
      minVersion: 'TLSv1.3',
      SNICallback: (_name, done) => done(null, context),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      headersTimeout: HANDSHAKE_TIMEOUT_MS,
      requestTimeout: IDLE_TIMEOUT_MS,
      maxHeaderSize: 8_192,
      noDelay: true,
    },
    (request: IncomingMessage, response: ServerResponse) => {
      const connection = open.get(endOf(request.socket));
      // One after the other: thousands of questions fit into one segment, and each would hold more than it took.
      if (connection === undefined || connection.busy) return void request.socket.destroy();
      connection.busy = true;
      response.once('close', () => {
        connection.busy = false;
      });
      answer(request, response, { connection, limits, limiter, pool, transfers, uploaders });
    },
  );
  server.maxConnections = limits.connections;
  server.on('connection', (socket: Socket) => {
    const address = limitKey(socket.remoteAddress ?? '');
    if (!limiter.enter(address)) return void socket.destroy();
    const end = endOf(socket);
    const connection = { socket, address, busy: false };
    open.set(end, connection);
    kernel?.limitUnsent(socket, UNSENT_BYTES);
    const life = setTimeout(() => socket.destroy(), limits.connectionMs).unref();
    socket.once('close', () => {
      clearTimeout(life);
      open.delete(end);
      uploaders.delete(connection);
      limiter.leave(address);
    });
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.setMaxSendFragment(RECORD_BYTES);
    socket.setTimeout(IDLE_TIMEOUT_MS, () => socket.destroy());
  });
  // Whatever strangers send: it ends their connection, no more.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('clientError', (_error, socket) => socket.destroy());
  // Node would answer by itself, past every limit.
  server.on('checkExpectation', ({ socket }: IncomingMessage) => socket.destroy());

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    pins: [pinOf(keys.current), pinOf(keys.next)],
    close: () =>
      new Promise((resolve) => {
        transfers.close();
        server.close(() => resolve());
        server.closeAllConnections();
        for (const { socket } of open.values()) socket.destroy();
      }),
  };
}

/** Names a connection by its far end. */
function endOf(socket: Socket): string {
  return `${socket.remoteAddress}|${socket.remotePort}`;
}
