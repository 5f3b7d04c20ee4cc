import type { AbortReason } from '@brakelight/shared';
import type { Clock } from './clock.js';

/** How often the clocks are compared. */
const TICK_MS = 50;
/** An event loop later than this has measured itself, not the network. */
export const MAX_LOOP_DELAY_MS = 250;
/** The wall clock is slewed by less than this; more is a jump. */
const MAX_DRIFT_MS = 1_000;
/** A process that did not run for so long was stopped, not busy. */
const SUSPENDED_MS = 10_000;

/** The clocks at one moment. */
export interface Reading {
  readonly wall: number;
  readonly monotonic: number;
  readonly uptime: number;
}

export function readClocks(clock: Clock): Reading {
  return { wall: clock.wall(), monotonic: clock.monotonic(), uptime: clock.uptime() };
}

/**
 * What two readings of the clocks, one tick apart, say about the machine. Pure.
 * @param dueMs how far apart they were meant to be
 */
export function troubleBetween(before: Reading, after: Reading, dueMs: number): AbortReason | null {
  const passed = after.monotonic - before.monotonic;
  if (after.uptime - before.uptime - passed > MAX_DRIFT_MS || passed - dueMs > SUSPENDED_MS)
    return 'suspended';
  if (Math.abs(after.wall - before.wall - passed) > MAX_DRIFT_MS) return 'clock-jump';
  return passed - dueMs > MAX_LOOP_DELAY_MS ? 'event-loop' : null;
}

/** Watches the machine while an arm runs. */
export class OwnTroubleWatch {
  readonly #clock: Clock;
  readonly #onTrouble: (reason: AbortReason) => void;
  readonly #timer: NodeJS.Timeout;
  #before: Reading;
  #loopDelayMs = 0;

  constructor(clock: Clock, onTrouble: (reason: AbortReason) => void) {
    this.#clock = clock;
    this.#onTrouble = onTrouble;
    this.#before = readClocks(clock);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Largest delay of the event loop so far, milliseconds. */
  get loopDelayMs(): number {
    return Math.round(this.#loopDelayMs * 10) / 10;
  }

  #tick(): void {
    const after = readClocks(this.#clock);
    const trouble = troubleBetween(this.#before, after, TICK_MS);
    this.#loopDelayMs = Math.max(this.#loopDelayMs, after.monotonic - this.#before.monotonic - TICK_MS);
    this.#before = after;
    if (trouble !== null) this.#onTrouble(trouble);
  }

  stop(): void {
    clearInterval(this.#timer);
    // A delay at the very end would otherwise be seen by no tick.
    const after = readClocks(this.#clock);
    const delay = after.monotonic - this.#before.monotonic - TICK_MS;
    this.#loopDelayMs = Math.max(this.#loopDelayMs, delay);
    const trouble = troubleBetween(this.#before, after, TICK_MS);
    if (trouble !== null) this.#onTrouble(trouble);
  }
}
