import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ArmName, TestKind } from '@brakelight/shared';

/** What a ticket proves: this coordinator drew exactly this test for this probe. */
export interface TicketTerms {
  readonly id: string;
  readonly probeId: string;
  readonly kind: TestKind;
  readonly target: string;
  readonly control: string | null;
  readonly deep: boolean;
  /** RFC 3339, as it was sent. */
  readonly drawnAt: string;
}

/** Arms in the order in which they are to be run. */
export type ArmOrder = readonly ArmName[];

const ORDERS: Readonly<Record<TestKind, readonly ArmOrder[]>> = {
  platform: [
    ['A', 'B'],
    ['B', 'A'],
  ],
  swap: [
    ['C', 'D'],
    ['D', 'C'],
  ],
};

/** Makes and reads tickets: an HMAC over the drawn test, so that nothing about it need be kept. */
export class Tickets {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  issue(terms: TicketTerms, order: ArmOrder): string {
    return this.#mac(terms, order).toString('base64url');
  }

  /** The order that was drawn, or `undefined` where this test was never drawn for this probe. */
  drawnOrder(ticket: string, terms: TicketTerms): ArmOrder | undefined {
    const given = Buffer.from(ticket, 'base64url');
    return ORDERS[terms.kind].find((order) => {
      const expected = this.#mac(terms, order);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  }

  #mac(terms: TicketTerms, order: ArmOrder): Buffer {
    const { id, probeId, kind, target, control, deep, drawnAt } = terms;
    const fields = [id, probeId, kind, target, control, deep, drawnAt, order.join('')];
    return createHmac('sha256', this.#key).update(JSON.stringify(fields)).digest();
  }
}
