import { isUnder } from './client-hello.js';

/** What is done to a connection that matches. */
export type CensorAction =
  /** Holds each direction of each connection to a rate. The relay shapes (queues), it does not police (drop). */
  | { readonly kind: 'throttle'; readonly kbps: number; readonly burstBytes: number }
  /** Answers the ClientHello with a TCP reset. */
  | { readonly kind: 'reset' }
  /** Lets nothing through any more, from the ClientHello on. */
  | { readonly kind: 'silence' }
  /** Lets so many bytes down, then nothing. */
  | { readonly kind: 'freeze'; readonly afterBytes: number };

/** Where a connection comes from. */
export interface Origin {
  readonly country: string;
  readonly asn: number;
}

export interface CensorRule {
  readonly id: string;
  /** Name in the ClientHello that triggers it, with everything below that name. */
  readonly suffix: string;
  /** Absent: everywhere. */
  readonly where?: { readonly country: string; readonly asns?: readonly number[] };
  /** Only at this server's address. Everywhere and at one address: no censor, but a platform that is slow by itself. */
  readonly server?: string;
  readonly action: CensorAction;
}

/**
 * The rules in force. A connection is judged once, when its name is seen, and keeps its fate: as with the real thing,
 * lifting a rule frees new connections only.
 */
export class Censor {
  readonly #rules = new Map<string, CensorRule>();

  /** Puts a rule into force; one with the same id is replaced. */
  impose(rule: CensorRule): void {
    this.#rules.set(rule.id, rule);
  }

  lift(id: string): void {
    this.#rules.delete(id);
  }

  /** The first rule, in the order in which they were imposed, that this connection matches. */
  match(origin: Origin, name: string, server: string): CensorRule | undefined {
    for (const rule of this.#rules.values()) {
      const here = rule.server === undefined || rule.server === server;
      if (here && isUnder(name, rule.suffix) && within(origin, rule.where)) return rule;
    }
    return undefined;
  }
}

function within(origin: Origin, where: CensorRule['where']): boolean {
  if (!where) return true;
  return origin.country === where.country && (!where.asns || where.asns.includes(origin.asn));
}
