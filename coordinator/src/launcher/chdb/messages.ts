/** What the launcher tells the chDB child; by IPC, so that the password is in no command line. */
export interface ChdbOrder {
  readonly folder: string;
  readonly password: string;
  /** 0: any free one. The same one at a restart, so that the URL stays true. */
  readonly port: number;
  /** Limit over all queries together. */
  readonly memoryBytes: number;
}

/** What it answers, once. */
export type ChdbAnswer = { readonly port: number } | { readonly failed: string };

/** Whether a message is such an order. */
export function isChdbOrder(message: unknown): message is ChdbOrder {
  if (typeof message !== 'object' || message === null) return false;
  const { folder, password, port, memoryBytes } = message as Record<string, unknown>;
  return (
    typeof folder === 'string' &&
    typeof password === 'string' &&
    typeof port === 'number' &&
    typeof memoryBytes === 'number'
  );
}
