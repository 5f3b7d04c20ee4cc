import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext, type TLSSocket } from 'node:tls';
import type { Logger } from '../logging.js';
import { selfSignedCertificate } from './certificate.js';
import { loadKeys, pinOf } from './keys.js';
import { AddressLimiter, limitKey, type ServerLimits } from './limits.js';
import { answer } from './routes.js';
import { openTcpInfo } from './tcp-info.js';
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

/** A TLS record that fits one segment: the far end's bytes come as TCP brought them, not in steps of 16 kB. */
const RECORD_BYTES = 1369;
const POOL_BYTES = 4_000_000;
const CERTIFICATE_YEARS = 10;
const HANDSHAKE_TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 30_000;

/** Answers any SNI with the same bytes, under TLS 1.3 alone, so that the name in the ClientHello is the only difference. */
export async function startMeasurementServer(
  settings: MeasurementServerSettings,
): Promise<MeasurementServer> {
  const { host, port, keysDir, logger, limits } = settings;
  const keys = await loadKeys(keysDir);
  const key = keys.current.export({ type: 'pkcs8', format: 'pem' });
  const cert = selfSignedCertificate(keys.current, new Date(Date.now() - 86_400_000), CERTIFICATE_YEARS);
  const context = createSecureContext({ key, cert, minVersion: 'TLSv1.3' });

  const readTcpInfo = await openTcpInfo();
  if (typeof readTcpInfo === 'string') logger.warn({ reason: readTcpInfo }, 'measuring without TCP_INFO');
  const transfers = new Transfers(typeof readTcpInfo === 'string' ? null : readTcpInfo, () =>
    performance.now(),
  );
  const limiter = new AddressLimiter(limits, () => performance.now());
  const pool = randomBytes(POOL_BYTES);
  /** The TCP connection under each TLS connection: its counters are what is measured. */
  const inner = new Map<string, Socket>();

  const server = createServer(
    {
      key,
      cert,
      minVersion: 'TLSv1.3',
      SNICallback: (_name, done) => done(null, context),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      headersTimeout: IDLE_TIMEOUT_MS,
      requestTimeout: 2 * IDLE_TIMEOUT_MS,
      maxHeaderSize: 8_192,
      noDelay: true,
    },
    (request: IncomingMessage, response: ServerResponse) => {
      const socket = inner.get(endOf(request.socket));
      if (socket === undefined) return void response.destroy();
      const address = limitKey(request.socket.remoteAddress ?? '');
      answer(request, response, { socket, address, limits, limiter, pool, transfers });
    },
  );
  server.maxConnections = limits.connections;
  server.on('connection', (socket: Socket) => {
    const address = limitKey(socket.remoteAddress ?? '');
    if (!limiter.enter(address)) return void socket.destroy();
    const end = endOf(socket);
    inner.set(end, socket);
    socket.once('close', () => {
      inner.delete(end);
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
        for (const socket of inner.values()) socket.destroy();
      }),
  };
}

/** Names a connection by its far end. */
function endOf(socket: Socket): string {
  return `${socket.remoteAddress}|${socket.remotePort}`;
}
