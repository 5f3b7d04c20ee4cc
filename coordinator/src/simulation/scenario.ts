import type { Influence } from './influence.js';
import type { NoiseParameters } from './noise.js';
import type { Random } from './random.js';
import type { RealEvent } from './score.js';
import type { Influences } from './tests.js';
import type { Layout, World, WorldCell } from './world.js';

/** A world in which something happens, or nothing. */
export interface Scenario {
  readonly name: string;
  /** One line: what happens. */
  readonly about: string;
  /** Changes to the layout. */
  readonly layout?: Partial<Layout>;
  /** Is the incident of each target's first event followed to its end, beside the alarms? */
  readonly followed?: boolean;
  /** May add probes to the world. */
  plan(stage: Stage): Plan;
}

/** What a scenario is given. */
export interface Stage {
  readonly world: World;
  readonly random: Random;
  readonly noise: NoiseParameters;
  readonly startAt: number;
  /** Until then every rule may learn, and nothing happens. */
  readonly scoredFrom: number;
  readonly endAt: number;
}

/** What will happen. */
export interface Plan {
  readonly influences: Influences;
  /** Throttling that is to be found, by country number. */
  readonly events: ReadonlyMap<number, readonly RealEvent[]>;
  /** Only these cells count; all of them without. */
  readonly counted?: ReadonlySet<WorldCell>;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Nothing happens to anybody. */
export const NOBODY: Influences = () => null;
export const NOTHING: Plan['events'] = new Map();

/** When throttling comes, in one world. */
export interface Schedule {
  /** From one country's onset to the next one's. */
  readonly everyDays: number;
  readonly lastsDays: number;
  /** Countries throttled at the same time. */
  readonly atOnce?: number;
  /** Countries that are never throttled. */
  readonly spared?: readonly number[];
}

const DEFAULT_SCHEDULE: Schedule = { everyDays: 5, lastsDays: 3 };

/** Throttling in one country after another, in random order, each for a while. */
export function schedule(stage: Stage, when: Partial<Schedule> = {}): Map<number, RealEvent[]> {
  const { everyDays, lastsDays, atOnce = 1, spared = [] } = { ...DEFAULT_SCHEDULE, ...when };
  const { world, random, scoredFrom, endAt } = stage;
  const numbers = world.countries
    .map((country) => country.number)
    .filter((number) => !spared.includes(number));
  const order = random.shuffled(numbers);
  const events = new Map<number, RealEvent[]>();
  for (let k = 0, next = 0; ; k++) {
    const onset = Math.floor(scoredFrom + (1 + k * everyDays) * DAY_MS + random.uniform(0, DAY_MS));
    const end = onset + lastsDays * DAY_MS;
    if (end > endAt && k > 0) return events;
    for (let i = 0; i < Math.min(atOnce, order.length); i++, next++) {
      const country = order[next % order.length] as number;
      const own = events.get(country) ?? [];
      own.push({ onset, end: Math.min(end, endAt) });
      events.set(country, own);
    }
  }
}

/** The event that a country is in. */
export function eventAt(
  events: ReadonlyMap<number, readonly RealEvent[]>,
  country: number,
  at: number,
): RealEvent | null {
  for (const event of events.get(country) ?? []) if (at >= event.onset && at < event.end) return event;
  return null;
}

/** The same brake for everybody in the country, while the event lasts. */
export function during(events: ReadonlyMap<number, readonly RealEvent[]>, influence: Influence): Influences {
  return (cell, _probe, at) => (eventAt(events, cell.country.number, at) === null ? null : influence);
}

/** Random spells (Poisson), each of a fixed or exponential length. */
export function spells(
  random: Random,
  span: { from: number; until: number },
  everyMs: number,
  lastsMs: () => number,
): { from: number; until: number }[] {
  const found: { from: number; until: number }[] = [];
  let at = span.from;
  for (;;) {
    at += random.exponential(everyMs);
    if (at >= span.until) return found;
    const until = at + lastsMs();
    found.push({ from: at, until });
    at = until;
  }
}

/** Is the moment in one of the (ascending) spans? */
export function within(spans: readonly { from: number; until: number }[], at: number): boolean {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.until ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return (spans[low]?.from ?? Number.POSITIVE_INFINITY) <= at;
}
