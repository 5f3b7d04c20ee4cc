import { connect } from 'node:net';
import type { ByteBudget } from '../budget/budget.js';
import type { Clock } from './clock.js';

/**
 * What a connection that says nothing takes on the wire, both directions, IP headers included: SYN, SYN-ACK, ACK and two
 * FINs with their ACKs, of 40 to 80 bytes each over IPv6. No socket counts them, so all are charged beforehand.
 */
export const KNOCK_BYTES = 500;

/** Whose door. */
export interface Door {
  readonly host: string;
  readonly port: number;
  readonly localAddress: string | undefined;
}

/**
 * Opens a TCP connection and closes it again, for the time of its handshake.
 * @returns milliseconds; infinite where there was no handshake within the limit, or no budget for one
 */
export function knock(
  { host, port, localAddress }: Door,
  limitMs: number,
  { clock, budget }: { readonly clock: Clock; readonly budget: ByteBudget },
): Promise<number> {
  if (budget.remaining() < KNOCK_BYTES) return Promise.resolve(Number.POSITIVE_INFINITY);
  budget.spend(KNOCK_BYTES);
  return new Promise((resolve) => {
    const since = clock.monotonic();
    const socket = connect({ host, port, ...(localAddress !== undefined && { localAddress }) });
    const finish = (ms: number) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(ms);
    };
    const timer = setTimeout(() => finish(Number.POSITIVE_INFINITY), limitMs);
    socket.once('connect', () => finish(clock.monotonic() - since));
    socket.once('error', () => finish(Number.POSITIVE_INFINITY));
  });
}
