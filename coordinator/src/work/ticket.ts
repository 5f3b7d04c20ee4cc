import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AddressFamily, ArmName, Direction, TestKind } from '@brakelight/shared';

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

/** How a test is to be run: what a result does not say of itself, and its ticket tells. */
export interface Drawn {
  /** Arms in the order in which they are to be run. */
  readonly order: readonly ArmName[];
  /** Of both arms. */
  readonly direction: Direction;
  /** Of both arms. */
  readonly family: AddressFamily;
}

const ORDERS: Readonly<Record<TestKind, readonly Drawn['order'][]>> = {
  platform: [
    ['A', 'B'],
    ['B', 'A'],
  ],
  swap: [
    ['C', 'D'],
    ['D', 'C'],
  ],
};
/** Nothing is uploaded to a platform. */
const DIRECTIONS: Readonly<Record<TestKind, readonly Direction[]>> = {
  platform: ['download'],
  swap: ['download', 'upload'],
};
const FAMILIES: readonly AddressFamily[] = [4, 6];

/** Every way in which a test of a kind may have been drawn. */
function waysOf(kind: TestKind): Drawn[] {
  return ORDERS[kind].flatMap((order) =>
    DIRECTIONS[kind].flatMap((direction) => FAMILIES.map((family) => ({ order, direction, family }))),
  );
}

const WAYS: Readonly<Record<TestKind, readonly Drawn[]>> = {
  platform: waysOf('platform'),
  swap: waysOf('swap'),
};

/** Makes and reads tickets: an HMAC over the drawn test, so that nothing about it need be kept. */
export class Tickets {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  issue(terms: TicketTerms, drawn: Drawn): string {
    return this.#mac(terms, drawn).toString('base64url');
  }

  /** How the test was drawn, or `undefined` where it was never drawn for this probe. */
  read(ticket: string, terms: TicketTerms): Drawn | undefined {
    const given = Buffer.from(ticket, 'base64url');
    return WAYS[terms.kind].find((drawn) => {
      const expected = this.#mac(terms, drawn);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  }

  #mac(terms: TicketTerms, { order, direction, family }: Drawn): Buffer {
    const { id, probeId, kind, target, control, deep, drawnAt } = terms;
    const fields = [id, probeId, kind, target, control, deep, drawnAt, order.join(''), direction, family];
    return createHmac('sha256', this.#key).update(JSON.stringify(fields)).digest();
  }
}
