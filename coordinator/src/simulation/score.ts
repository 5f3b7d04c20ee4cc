import { quantile } from '../detection/statistics.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Something real that happens in a cell. */
export interface RealEvent {
  readonly onset: number;
  readonly end: number;
}

/** What a rule said of one cell. */
export interface Said {
  /** Every moment at which it said "throttled". */
  readonly signals: readonly number[];
  /** The beginnings of its alarms. */
  readonly alarms: readonly number[];
}

/** A stretch of time. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** What is printed of one rule in one scenario. */
export interface Score {
  readonly falseAlarms: number;
  readonly falseAlarmsPer1000CellDays: number;
  readonly cellDays: number;
  readonly events: number;
  readonly found: number;
  readonly misses: number;
  /** Hours from the onset to the first alarm of those that were found; `null` where none was. */
  readonly delayHours: { readonly median: number | null; readonly p90: number | null };
}

/** Signals of a rule that are less than a day apart are one alarm. */
const SAME_ALARM_MS = DAY_MS;
/** After the end of an event a rule may go on for a day before it counts as false. */
const GRACE_MS = DAY_MS;

/** Joins single signals (ascending) to alarms. */
export function alarmsOf(signals: readonly number[]): Said {
  const alarms: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const at of signals) {
    if (at - last >= SAME_ALARM_MS) alarms.push(at);
    last = at;
  }
  return { signals, alarms };
}

/** Sums over cells of what a rule said and what was so. */
export interface Tally {
  falseAlarms: number;
  /** Time in which nothing real happened, counted over cells. */
  quietMs: number;
  events: number;
  /** From the onset to the first alarm, of the events that were found. */
  readonly delaysHours: number[];
}

export function emptyTally(): Tally {
  return { falseAlarms: 0, quietMs: 0, events: 0, delaysHours: [] };
}

/**
 * Counts one cell.
 * @param events ascending, in the scored span
 * @param scored from and until when it counts
 */
export function count(tally: Tally, said: Said, events: readonly RealEvent[], scored: Span): void {
  const real = (at: number) => events.some((event) => at >= event.onset && at < event.end + GRACE_MS);
  for (const at of said.alarms) {
    if (at >= scored.from && at < scored.until && !real(at)) tally.falseAlarms++;
  }
  tally.quietMs += scored.until - scored.from;
  for (const event of events) {
    tally.quietMs -= Math.max(0, Math.min(scored.until, event.end + GRACE_MS) - event.onset);
    tally.events++;
    const first = said.signals.find((at) => at >= event.onset && at < event.end);
    if (first !== undefined) tally.delaysHours.push((first - event.onset) / HOUR_MS);
  }
}

/** Adds what was counted elsewhere. */
export function addTally(sum: Tally, more: Tally): void {
  sum.falseAlarms += more.falseAlarms;
  sum.quietMs += more.quietMs;
  sum.events += more.events;
  sum.delaysHours.push(...more.delaysHours);
}

export function scoreOf(tally: Tally): Score {
  const delays = [...tally.delaysHours].sort((a, b) => a - b);
  const cellDays = tally.quietMs / DAY_MS;
  const at = (p: number) => (delays.length === 0 ? null : round(quantile(delays, p), 2));
  return {
    falseAlarms: tally.falseAlarms,
    falseAlarmsPer1000CellDays: cellDays > 0 ? round((1000 * tally.falseAlarms) / cellDays, 4) : 0,
    cellDays: round(cellDays, 1),
    events: tally.events,
    found: delays.length,
    misses: tally.events - delays.length,
    delayHours: { median: at(0.5), p90: at(0.9) },
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
