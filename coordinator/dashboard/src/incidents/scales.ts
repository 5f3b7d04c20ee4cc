/** Maps a value to a place on an axis. */
export type Scale = (value: number) => number;

export interface Tick {
  readonly value: number;
  readonly label: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A linear axis from `domain` to `range`; a domain without extent maps to the middle. */
export function linearScale([d0, d1]: readonly [number, number], [r0, r1]: readonly [number, number]): Scale {
  if (d1 === d0) return () => (r0 + r1) / 2;
  return (value) => r0 + ((value - d0) / (d1 - d0)) * (r1 - r0);
}

/** A logarithmic axis; values at or below 0 are drawn at the domain's lower end. */
export function logScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const linear = linearScale([Math.log(domain[0]), Math.log(domain[1])], range);
  return (value) => linear(Math.log(Math.max(value, domain[0])));
}

/** Whole powers of ten that hold all rates, at least two decades; bits per second. */
export function rateDomain(rates: readonly number[]): [number, number] {
  const positive = rates.filter((rate) => rate > 0);
  if (positive.length === 0) return [1e4, 1e8];
  const low = Math.floor(Math.log10(Math.min(...positive)));
  const high = Math.ceil(Math.log10(Math.max(...positive)));
  return [10 ** Math.min(low, high - 2), 10 ** high];
}

/** Steps that a clock or a calendar would choose, smallest first. */
const STEPS: readonly number[] = [
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  90 * DAY,
  365 * DAY,
];

/** At most `most` ticks at round times, UTC. */
export function timeTicks([from, to]: readonly [number, number], most: number): Tick[] {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? (STEPS.at(-1) as number);
  const withClock = step < DAY;
  const label = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'UTC',
    ...(withClock
      ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
      : { day: 'numeric', month: 'short' }),
  });
  const ticks: Tick[] = [];
  for (let value = Math.ceil(from / step) * step; value <= to; value += step) {
    ticks.push({ value, label: label.format(value) });
  }
  return ticks;
}
