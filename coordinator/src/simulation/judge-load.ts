import { DEFAULT_PARAMETERS } from '../detection/parameters.js';
import type { Unit } from '../detection/types.js';
import type { Random } from './random.js';
import { DEFAULT_LAYOUT } from './world.js';

/** Units of one target as the judge reads them back: how many, and how bad. */
export interface TargetLoad {
  readonly hours: number;
  /** Of one cell; a whole number per period. */
  readonly unitsPerHour: number;
  /** Is one of its countries throttled, since the middle? */
  readonly throttled: boolean;
}

/** Cells (ASNs) of a target. */
export const CELLS_PER_TARGET = DEFAULT_LAYOUT.countries * DEFAULT_LAYOUT.asnsPerCountry;
/** 1 January 2026. */
const START_AT = Date.UTC(2026, 0, 1);
const SLOW_SHARE = 0.02;
const HOUR_MS = 3_600_000;

/** One unit per subnet and period, in the order of time. */
export function targetUnits(load: TargetLoad, random: Random): Unit[] {
  const { periodMs } = DEFAULT_PARAMETERS;
  const first = START_AT / periodMs;
  const periods = (load.hours * HOUR_MS) / periodMs;
  const subnets = Math.max(1, Math.round((load.unitsPerHour * periodMs) / HOUR_MS));
  const units: Unit[] = [];
  for (let period = first; period < first + periods; period++) {
    for (let cell = 0; cell < CELLS_PER_TARGET; cell++) {
      const country = Math.floor(cell / DEFAULT_LAYOUT.asnsPerCountry);
      const hit = load.throttled && country === 0 && period > first + periods / 2;
      for (let i = 0; i < subnets; i++) {
        const subnet = `${cell}-${i}`;
        const slow = random.chance(hit ? 0.95 : SLOW_SHARE);
        units.push({
          id: `${period}-${subnet}`,
          measuredAt: Math.floor((period + random.uniform()) * periodMs),
          period,
          country: `X${String.fromCharCode(65 + country)}`,
          asn: 64_512 + cell,
          subnet,
          owner: subnet,
          slow,
          stalled: false,
          blocked: false,
          targetRateBps: slow ? 110_000 : 20_000_000,
          controlRateBps: 21_000_000,
          tests: 1,
        });
      }
    }
  }
  return units.sort((a, b) => a.measuredAt - b.measuredAt);
}
