import { type Logger, pino } from 'pino';

/** Logs as JSON lines on stderr, written at once: nothing is lost when the process ends. */
export function openLogger(level: string): Logger {
  return pino({ level, base: { pid: process.pid } }, pino.destination({ fd: 2, sync: true }));
}
