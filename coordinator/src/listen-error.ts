/** An address that cannot be listened on, and what an operator can do about it, in one sentence. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Variables that say where a part listens. */
export interface ListenSettings {
  readonly host: string;
  readonly port: string;
  /** How to do without that part; empty where one cannot. */
  readonly otherwise: string;
}

/** Says which setting to change; every other error stays as it is. */
export function toListenError(error: unknown, { host, port, otherwise }: ListenSettings): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || error.syscall !== 'listen') return error;
  const { code, address, port: number } = error as Error & { code?: string; address?: string; port?: number };
  const where = `port ${number} of ${address}`;
  if (code === 'EADDRINUSE')
    return new ListenError(
      `Another program listens on ${where}: stop it, or set ${port} to another port${otherwise}.`,
    );
  if (code === 'EACCES')
    return new ListenError(
      `This user may not listen on ${where}: set ${port} to a port above 1023${otherwise}.`,
    );
  return new ListenError(
    `Cannot listen on ${where} (${code}): set ${host} to an address of this machine${otherwise}.`,
  );
}
