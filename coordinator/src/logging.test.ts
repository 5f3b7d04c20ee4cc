import { expect, it } from 'vitest';
import { createLogger, scrubAddresses } from './logging.js';

it.each([
  ['connect ECONNREFUSED 198.51.100.7:443', 'connect ECONNREFUSED [address]:443'],
  ['from:198.51.100.7', 'from:[address]'],
  ['ip=198.51.100.7,', 'ip=[address],'],
  ['https://198.51.100.7/', 'https://[address]/'],
  ['connect 2001:db8::1: refused', 'connect [address]: refused'],
  ['from:2001:db8::1', 'from:[address]'],
  ['[2001:db8::1]:443', '[[address]]:443'],
  ['"::ffff:198.51.100.7"', '"[address]"'],
  ['fe80::1%eth0', '[address]%eth0'],
  ['listening at 127.0.0.1:8080 and [::1]', 'listening at 127.0.0.1:8080 and [::1]'],
  ['"time":"2026-11-23T21:47:31.497Z"', '"time":"2026-11-23T21:47:31.497Z"'],
  ['node 20.20.2 at app.js:12:34', 'node 20.20.2 at app.js:12:34'],
  ['12:34:198.51.100.7', '12:34:[address]'],
])('scrubs %s', (text, scrubbed) => {
  expect(scrubAddresses(text)).toBe(scrubbed);
});

it('does not log what a refused Redis command was to keep', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
  const refused = Object.assign(new Error('OOM command not allowed'), {
    command: { name: 'hset', args: ['{brakelight}:webhooks', '01JA', '{"secret":"whsec_c2VjcmV0"}'] },
  });
  logger.error({ err: refused }, 'unavailable');
  const aborted = Object.assign(new Error('EXECABORT'), { previousErrors: [refused] });
  logger.error({ err: aborted }, 'unavailable');
  logger.error({ err: new Error('wrapped', { cause: refused }) }, 'unavailable');
  expect(lines.join('')).toContain('OOM');
  expect(lines.join('')).toContain('hset');
  expect(lines.join('')).not.toContain('whsec_');
});
