import { isIPv6 } from 'node:net';

/** What one address may take. */
export interface ServerLimits {
  /** Open connections of one address (IPv4) or /64 (IPv6). */
  readonly connectionsPerAddress: number;
  /** New connections of one address in a minute: a handshake costs us more than who asks for it. */
  readonly connectionsPerMinute: number;
  /** Open connections of all. */
  readonly connections: number;
  /** Of these, connections that upload: each holds what it was read into (64 kB) until it closes. */
  readonly uploads: number;
  /** Longest life of a connection, whatever it does: far more than an arm takes (milliseconds). */
  readonly connectionMs: number;
  /** Bytes, both directions, that one address may move in a minute. */
  readonly bytesPerMinute: number;
  /** Largest single download or upload. */
  readonly bytesPerTransfer: number;
}

export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  connectionsPerAddress: 32,
  connectionsPerMinute: 1_200,
  connections: 4_000,
  uploads: 200,
  connectionMs: 120_000,
  bytesPerMinute: 40_000_000,
  bytesPerTransfer: 4_000_000,
};

const MINUTE_MS = 60_000;

/** The unit that is limited: an IPv4 address, or the /64 that one IPv6 customer has. */
export function limitKey(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(bare)) return bare;
  const [head = '', tail] = bare.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0');
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':');
}

/** Keeps count of what each address has open and has moved in the present minute. Remembers nothing longer. */
export class AddressLimiter {
  readonly #limits: ServerLimits;
  readonly #now: () => number;
  readonly #open = new Map<string, number>();
  #moved = new Map<string, number>();
  #came = new Map<string, number>();
  #minuteFrom: number;

  constructor(limits: ServerLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#minuteFrom = now();
  }

  /** Takes a connection in; false where the address has enough of them. */
  enter(key: string): boolean {
    this.#turn();
    const open = this.#open.get(key) ?? 0;
    const came = this.#came.get(key) ?? 0;
    if (open >= this.#limits.connectionsPerAddress || came >= this.#limits.connectionsPerMinute) return false;
    this.#open.set(key, open + 1);
    this.#came.set(key, came + 1);
    return true;
  }

  leave(key: string): void {
    const open = (this.#open.get(key) ?? 0) - 1;
    if (open > 0) this.#open.set(key, open);
    else this.#open.delete(key);
  }

  /** Sets bytes aside for a transfer; false where the minute has no room for them. */
  take(key: string, bytes: number): boolean {
    this.#turn();
    const moved = (this.#moved.get(key) ?? 0) + bytes;
    if (moved > this.#limits.bytesPerMinute) return false;
    this.#moved.set(key, moved);
    return true;
  }

  /** Every minute begins anew. */
  #turn(): void {
    const now = this.#now();
    if (now - this.#minuteFrom < MINUTE_MS) return;
    this.#moved = new Map();
    this.#came = new Map();
    this.#minuteFrom = now;
  }
}
