/** The UTC day and month of a moment, `2026-11-30` and `2026-11`: in the order of time where they are sorted as text. */
export function periods(now: number): { day: string; month: string } {
  const iso = new Date(now).toISOString();
  return { day: iso.slice(0, 10), month: iso.slice(0, 7) };
}

/** What was spent in a day or a month, and where the clock was before it was set back. */
export interface Count {
  readonly name: string;
  readonly bytes: number;
  readonly before: string | undefined;
}

/**
 * A new day or month starts at nothing. A clock that is set back carries the count along, and finds it again where it
 * was: a board without a battery wakes in 1970, whenever it wakes.
 */
export function rolled(count: Count, now: string): Count {
  if (now === count.name) return count;
  if (now < count.name) return { name: now, bytes: count.bytes, before: count.before ?? count.name };
  return { name: now, bytes: now === count.before ? count.bytes : 0, before: undefined };
}
