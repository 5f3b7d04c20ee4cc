import type { FailureClass } from '@brakelight/shared';

const BY_CODE: Readonly<Record<string, FailureClass>> = {
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ETIMEDOUT: 'timeout',
  ETIMEOUT: 'timeout',
};

const CERTIFICATE =
  /CERT|UNABLE_TO_(?:GET|VERIFY|DECODE|DECRYPT)|CRL|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)/;

/** `code` of a Node error, where it has one. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** How a connection failed, by the system's or OpenSSL's own code. */
export function connectionFailure(error: unknown): FailureClass {
  const code = codeOf(error);
  const known = BY_CODE[code];
  if (known !== undefined) return known;
  if (CERTIFICATE.test(code)) return 'certificate';
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO') return 'tls-protocol';
  return 'other';
}

/** How a name look-up failed, by c-ares' code. */
export function lookupFailure(error: unknown): FailureClass {
  const code = codeOf(error);
  if (code === 'ENOTFOUND') return 'nxdomain';
  if (code === 'ETIMEOUT') return 'timeout';
  return 'dns-failure';
}
