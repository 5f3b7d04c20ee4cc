import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Trust } from '@brakelight/shared';
import { failed } from './arm-ended.js';
import { connectionFailure } from './failure-class.js';
import type { MeteredSocket } from './metered-socket.js';

/** Made once and before any clock runs: parsing the web's root certificates takes longer than a handshake. */
export interface TlsContexts {
  readonly web: SecureContext;
  readonly pinned: SecureContext;
}

export function createTlsContexts(): TlsContexts {
  return {
    web: createSecureContext({ minVersion: 'TLSv1.2' }),
    // TLS 1.3 only: an observer sees nothing that contradicts the name. No roots: the pin alone decides.
    pinned: createSecureContext({ minVersion: 'TLSv1.3', ca: [] }),
  };
}

/**
 * TLS on a metered socket. Never resumes a session. With pins the far end's key is checked before a byte is written
 * over TLS; a web certificate is checked by Node.
 * @throws ArmEnded `failed tls`
 */
export function secure(
  socket: MeteredSocket,
  servername: string,
  trust: Trust,
  contexts: TlsContexts,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const tls = connect({
      socket,
      secureContext: trust.kind === 'web' ? contexts.web : contexts.pinned,
      rejectUnauthorized: trust.kind === 'web',
      ALPNProtocols: ['http/1.1'],
      ...(isIP(servername) === 0 && { servername }),
    });
    tls.on('error', (error) => reject(failed('tls', handshakeFailure(socket, error), error)));
    tls.once('close', () => reject(failed('tls', 'closed')));
    tls.once('secureConnect', () => {
      if (trust.kind === 'pins' && !trust.pins.includes(pinOf(tls) ?? '')) {
        tls.destroy();
        reject(failed('tls', 'pin-mismatch'));
        return;
      }
      resolve(tls);
    });
  });
}

function handshakeFailure(socket: MeteredSocket, error: Error) {
  if (socket.failure !== null) return connectionFailure(socket.failure);
  return socket.farEndClosed && connectionFailure(error) === 'reset' ? 'closed' : connectionFailure(error);
}

/** SHA-256 of the far end's SubjectPublicKeyInfo, base64; `undefined` where it showed no certificate. */
function pinOf(tls: TLSSocket): string | undefined {
  const key = tls.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  return key && createHash('sha256').update(key).digest('base64');
}
