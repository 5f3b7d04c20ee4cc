import { DEFAULT_PARAMETERS } from '../detection/parameters.js';
import type { Unit } from '../detection/types.js';
import { byTime } from '../detection/unit-order.js';
import type { Random } from './random.js';

/** Units of one target as the judge reads them back: from where, how many, and how bad. */
export interface TargetLoad {
  readonly countries: number;
  /** Cells of a country. */
  readonly networks: number;
  readonly hours: number;
  /** Of one cell, on average; each subnet has at most one a period. */
  readonly unitsPerHour: number;
  /** Is one of its countries throttled, since the middle? */
  readonly throttled: boolean;
}

/** 1 January 2026. */
const START_AT = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;
/** What ordinary units show: all three indicators are seen somewhere, so all three are judged. */
const SLOW_SHARE = 0.02;
const BLOCKED_SHARE = 0.001;
const STALLED_SHARE = 0.001;
const THROTTLED_SHARE = 0.95;

/** Units in the order of time, as the store gives them. */
export function targetUnits(load: TargetLoad, random: Random): Unit[] {
  const { periodMs } = DEFAULT_PARAMETERS;
  const first = START_AT / periodMs;
  const periods = (load.hours * HOUR_MS) / periodMs;
  const units: Unit[] = [];
  const lines = linesOf(load);
  for (let period = first; period < first + periods; period++) {
    const hit = load.throttled && period > first + periods / 2;
    const fresh = lines.flatMap((line) => unitsOf(line, period, hit, load, random));
    for (const unit of fresh.sort(byTime)) units.push(unit);
  }
  return units;
}

/** A cell of the load: its place, and the names of its subnets (and of their owners). */
interface Line {
  readonly country: string;
  readonly asn: number;
  readonly subnets: readonly string[];
}

function linesOf({ countries, networks, unitsPerHour }: TargetLoad): Line[] {
  const subnets = Math.ceil((unitsPerHour * DEFAULT_PARAMETERS.periodMs) / HOUR_MS);
  return Array.from({ length: countries * networks }, (_, cell) => ({
    country: `C${Math.floor(cell / networks)}`,
    asn: 64_512 + cell,
    subnets: Array.from({ length: subnets }, (_, i) => `subnet ${cell} ${i}`),
  }));
}

function unitsOf(line: Line, period: number, hit: boolean, load: TargetLoad, random: Random): Unit[] {
  const { periodMs } = DEFAULT_PARAMETERS;
  const rate = (load.unitsPerHour * periodMs) / HOUR_MS;
  // Where that is no whole number, one more in some periods.
  const before = Math.floor(period * rate);
  const count = Math.floor((period + 1) * rate) - before;
  return Array.from({ length: count }, (_, i) => {
    const subnet = line.subnets[(before + i) % line.subnets.length] as string;
    const slow = random.chance(hit && line.country === 'C0' ? THROTTLED_SHARE : SLOW_SHARE);
    const blocked = !slow && random.chance(BLOCKED_SHARE);
    return {
      id: `${period} ${subnet}`,
      measuredAt: Math.floor((period + random.uniform()) * periodMs),
      period,
      country: line.country,
      asn: line.asn,
      subnet,
      owner: subnet,
      slow,
      stalled: !slow && !blocked && random.chance(STALLED_SHARE),
      blocked,
      targetRateBps: blocked ? null : slow ? 110_000 : 20_000_000,
      controlRateBps: 21_000_000,
      tests: 1,
    };
  });
}
