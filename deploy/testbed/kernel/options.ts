import type { ServedObject } from '../platform-server.js';
import type { KernelRule } from './censor-rules.js';
import type { KernelTools } from './tools.js';

/** A country of subscribers: one line, any number of subnets. */
export interface KernelClient {
  /** Also the name of its namespace; short, lower case. */
  readonly name: string;
  readonly rttMs?: number;
  readonly jitterMs?: number;
  /** Share of packets lost in each direction. */
  readonly loss?: number;
  readonly downKbps?: number;
  readonly upKbps?: number;
  /** Addresses, each in a /24 (of IPv6: /48) of its own. */
  readonly subnets?: number;
}

/** A site at an address of its own, port 443. */
export interface KernelSite {
  /** Apex; certificate and SNI match cover what is below it too. */
  readonly name: string;
  /** Names that resolve to it. */
  readonly hosts: readonly string[];
  readonly objects: readonly ServedObject[];
  /** Added to the client's round trip. */
  readonly extraRttMs?: number;
  /** How long it thinks before it answers. */
  readonly thinkMs?: number;
}

export interface KernelBenchOptions {
  readonly clients: readonly KernelClient[];
  readonly sites: readonly KernelSite[];
  /** Further server addresses, where the caller starts servers of its own (a measurement server, say). */
  readonly extraServers?: number;
  readonly censor?: readonly KernelRule[];
  /** Congestion control of the servers: `bbr`, `cubic`, `reno`. */
  readonly congestion?: string;
  readonly tools?: KernelTools;
}

/** A client's line where nothing else is said. */
export const DEFAULT_LINE = {
  rttMs: 40,
  jitterMs: 0,
  loss: 0,
  downKbps: 30_000,
  upKbps: 30_000,
  subnets: 1,
} as const;
