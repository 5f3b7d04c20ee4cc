/** Errors of a connection to Redis or ClickHouse, by Node's code. */
const GONE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);
/** ioredis has no codes for these; a Redis that is full, loading or read-only answers with the second kind. */
const AWAY =
  /^(?:Stream isn't writeable|Connection is closed|Command timed out|Reached the max retries|Timeout error|socket hang up)|^(?:OOM|LOADING|MISCONF|READONLY|NOREPLICAS|CLUSTERDOWN|TRYAGAIN)\b/;

/** Whether an engine is away or full for the moment: nothing is wrong with the request, try again. */
export function isEngineAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof AggregateError && error.errors.some(isEngineAway)) return true;
  return (code !== undefined && GONE.has(code)) || AWAY.test(error.message) || isEngineAway(error.cause);
}
