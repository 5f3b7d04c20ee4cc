import { isIP } from 'node:net';
import { type DestinationStream, pino, stdSerializers } from 'pino';

export type Logger = pino.Logger;

/** What an operator may read: names of no person and of no machine of one. */
const KEPT = new Set(['127.0.0.1', '0.0.0.0', '::1', '::']);
const IPV6_LIKE = /(?<![\w.])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:\.\d{1,3}){0,3}/g;
const IPV4_LIKE = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}/g;

/** Replaces every IP address in a text, except loopback's own and the unspecified ones. */
export function scrubAddresses(text: string): string {
  const scrub = (found: string): string => {
    // "2001:db8::1: refused": the last colon belongs to the sentence.
    if (/[^:]:$/.test(found)) return `${scrub(found.slice(0, -1))}:`;
    return isIP(found) && !KEPT.has(found) ? '[address]' : found;
  };
  return text.replace(IPV6_LIKE, scrub).replace(IPV4_LIKE, scrub);
}

/**
 * The coordinator's logger: pino JSON. Addresses are taken out of the finished line, so that no message, stack or
 * serializer can carry one; secrets are redacted by name.
 * @param destination where lines go; standard error where not given (standard output is for data)
 */
export function createLogger(level: string, destination: DestinationStream = pino.destination(2)): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          '*.authorization',
          '*.token',
          '*.secret',
          '*.password',
          '*.key',
          'token',
          'secret',
          'password',
          // ioredis hands out with an error what the command was to keep, in these two ways.
          '*.command.args',
          '*.previousErrors[*].command.args',
        ],
        censor: '[redacted]',
      },
      serializers: {
        err: stdSerializers.err,
        req: (req: { method: string; url: string }) => ({
          method: req.method,
          path: req.url.split('?', 1)[0],
        }),
        res: (res: { statusCode: number }) => ({ statusCode: res.statusCode }),
      },
      hooks: { streamWrite: scrubAddresses },
    },
    destination,
  );
}
