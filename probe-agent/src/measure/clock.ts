import { uptime } from 'node:os';

/** The clocks that the engine reads, all in milliseconds. */
export interface Clock {
  /** Wall clock, Unix time. Only for dates, never for durations. */
  wall(): number;
  /** Never runs backwards; stands still (Linux, macOS) while the machine sleeps. */
  monotonic(): number;
  /** Time since boot, sleep included where the system knows it. */
  uptime(): number;
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  uptime: () => uptime() * 1000,
};

/** RFC 3339 of a wall time. */
export function instant(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
