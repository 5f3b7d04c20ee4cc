import type { DrawnTest } from '@brakelight/shared';
import type { Document } from '../state/document.js';
import type { Limits, Spent } from '../state/home.js';
import { periods, rolled } from './periods.js';

/** Bytes that one test may use; the engine charges every read and write as it happens. */
export interface ByteBudget {
  /** Bytes left; at 0 the arm ends as `aborted/budget`. */
  remaining(): number;
  spend(bytes: number): void;
}

/** A budget that was set aside for one test. */
export interface Reservation extends ByteBudget {
  /** Writes down what was really spent and gives the rest back. */
  settle(): Promise<void>;
}

/** Which limit is in the way. */
export type BudgetPeriod = 'test' | 'day' | 'month';

/** Limits in bytes. */
export interface AllLimits {
  readonly perTest: number;
  readonly perDay: number;
  readonly perMonth: number;
}

/** About 48 rounds of 5 platforms with one control a day, and a gigabyte a month. */
const DEFAULT_LIMITS: AllLimits = { perTest: 10_000_000, perDay: 50_000_000, perMonth: 1_000_000_000 };

/** All three limits in bytes: the layers in order, later ones winning where they say something, over the defaults. */
export function mergeLimits(...layers: readonly (Limits | undefined)[]): AllLimits {
  const said = layers
    .flatMap((layer) => Object.entries(layer ?? {}))
    .filter(([, bytes]) => bytes !== undefined);
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(said) };
}

const DAY_MS = 86_400_000;
/** Share of a budget that may be used before its time: three hours' worth of a day. */
const HEAD_START = 0.125;

/**
 * Handshake (certificates included), headers and retransmitted requests of one arm, and the knocks at its far end before
 * the next one, generously.
 */
const ARM_OVERHEAD_BYTES = 24_000;
/** TLS records, headers of the ladder's answers, and what is still in flight when an arm is cut. */
const WIRE_FACTOR = 1.1;

/** The most bytes that a test can take when nothing goes wrong. */
export function worstCaseBytes(test: DrawnTest): number {
  let bytes = 0;
  for (const arm of test.arms)
    bytes += Math.ceil((arm.ladder.at(-1) ?? 0) * WIRE_FACTOR) + ARM_OVERHEAD_BYTES;
  return bytes;
}

/**
 * The wall around a volunteer's traffic: bytes per test, UTC day and UTC month, on disk. A test's worst case is
 * written down before its first byte and settled after its last, so that a crash can only count too much.
 */
export class Budget {
  readonly #file: Document<Spent>;
  readonly #limits: AllLimits;
  readonly #now: () => number;
  #spent: Spent;

  private constructor(file: Document<Spent>, limits: AllLimits, now: () => number, spent: Spent) {
    this.#file = file;
    this.#limits = limits;
    this.#now = now;
    this.#spent = spent;
  }

  /** Opens the ledger; what a crash left reserved counts as spent. */
  static async open(file: Document<Spent>, limits: AllLimits, now: () => number): Promise<Budget> {
    const old = await file.read();
    const { day, month } = periods(now());
    const spent = old
      ? {
          ...old,
          dayBytes: old.dayBytes + old.reserved,
          monthBytes: old.monthBytes + old.reserved,
          reserved: 0,
        }
      : { day, dayBytes: 0, month, monthBytes: 0, reserved: 0 };
    return new Budget(file, limits, now, spent);
  }

  get limits(): AllLimits {
    return this.#limits;
  }

  /** Bytes spent in this UTC day and month. */
  used(): { readonly day: number; readonly month: number } {
    this.#roll();
    return {
      day: this.#spent.dayBytes + this.#spent.reserved,
      month: this.#spent.monthBytes + this.#spent.reserved,
    };
  }

  /**
   * Bytes that may be spent by now when the budget is spread evenly over its day and its month, with a head start: a
   * budget that is gone by breakfast would leave the rest of the day unseen.
   */
  left(): number {
    const used = this.used();
    const { ofDay, ofMonth } = elapsed(this.#now());
    const day = this.#limits.perDay * Math.min(1, ofDay + HEAD_START) - used.day;
    const month = this.#limits.perMonth * Math.min(1, ofMonth + HEAD_START) - used.month;
    return Math.max(0, Math.floor(Math.min(day, month)));
  }

  /** The limit that a test of this size would pass, if any. */
  obstacle(bytes: number): BudgetPeriod | undefined {
    const used = this.used();
    if (bytes > this.#limits.perTest) return 'test';
    if (used.month + bytes > this.#limits.perMonth) return 'month';
    if (used.day + bytes > this.#limits.perDay) return 'day';
    return undefined;
  }

  /** Sets a test's worst case aside. The caller has asked {@link obstacle}; one reservation at a time. */
  async reserve(bytes: number): Promise<Reservation> {
    this.#roll();
    this.#spent = { ...this.#spent, reserved: bytes };
    await this.save();
    let used = 0;
    return {
      remaining: () => Math.max(0, bytes - used),
      spend: (n) => {
        used += n;
      },
      settle: async () => {
        this.#spent = { ...this.#spent, reserved: 0 };
        this.note(used);
        await this.save();
      },
    };
  }

  /** Counts bytes that were spent outside a test: talk with the coordinator. Written down by {@link save}. */
  note(bytes: number): void {
    this.#roll();
    const { dayBytes, monthBytes } = this.#spent;
    this.#spent = { ...this.#spent, dayBytes: dayBytes + bytes, monthBytes: monthBytes + bytes };
  }

  async save(): Promise<void> {
    await this.#file.write(this.#spent);
  }

  #roll(): void {
    const { day, month } = periods(this.#now());
    const s = this.#spent;
    const ofDay = rolled({ name: s.day, bytes: s.dayBytes, before: s.before?.day }, day);
    const ofMonth = rolled({ name: s.month, bytes: s.monthBytes, before: s.before?.month }, month);
    this.#spent = {
      day,
      dayBytes: ofDay.bytes,
      month,
      monthBytes: ofMonth.bytes,
      reserved: s.reserved,
      ...((ofDay.before ?? ofMonth.before) && { before: { day: ofDay.before, month: ofMonth.before } }),
    };
  }
}

/** Shares of the UTC day and month that have passed. */
function elapsed(now: number): { ofDay: number; ofMonth: number } {
  const d = new Date(now);
  const month = Date.UTC(d.getUTCFullYear(), d.getUTCMonth());
  const nextMonth = Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1);
  return { ofDay: (now % DAY_MS) / DAY_MS, ofMonth: (now - month) / (nextMonth - month) };
}

/** When a spent limit is fresh again: next UTC midnight, or the first of the next UTC month. */
export function resetsAt(period: 'day' | 'month', now: number): string {
  const d = new Date(now);
  const next =
    period === 'day'
      ? Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate() + 1)
      : Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 1);
  return new Date(next).toISOString();
}
