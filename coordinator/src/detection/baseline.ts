import { upperShare } from './bounds.js';
import { FLAG } from './flags.js';
import type { DetectionParameters, Indicator } from './parameters.js';
import { ShownElsewhere } from './shown-elsewhere.js';
import type { UnitIndex } from './unit-index.js';

const DAY_MS = 86_400_000;
/** Distinct outside subnets from which the chance of staying slow is bounded rather than assumed. */
const MIN_STICKY_SUBNETS = 8;
/** Bounds stay below 1, so that every bet has something to win. */
const MAX_P = 0.95;

/** What the same target shows in the other countries, for one country and period. */
export interface Outside {
  readonly indicator: Indicator;
  /** Bound on P(X = 1) of a subnet's first unit, after a normal unit, after an affected one: p01 <= p0 <= p11. */
  readonly p0: number;
  readonly p01: number;
  readonly p11: number;
  /** `insufficient`: no basis for a bet. `outage`: the platform fails everywhere in this very period. */
  readonly state: 'usable' | 'insufficient' | 'outage';
  /** U and c, of which p0 is the largest (with the floor); the share, its n in distinct subnets, its countries. */
  readonly bound: number;
  readonly samePeriod: number;
  readonly samePeriodUnits: number;
  readonly share: number;
  readonly subnets: number;
  readonly countries: number;
  /** Countries left out because they are suspected themselves. */
  readonly leftOut: number;
}

/** A country's own R for the target, as it stood before the period. */
export type Suspicion = ReadonlyMap<number, number>;

/**
 * Predictable p0 from the outside, method section 4. The null conditions on the outside units, those of the same period
 * included, so they may all be used. What a country shows is counted once for all the others.
 */
export class Baseline {
  readonly #index: UnitIndex;
  readonly #parameters: DetectionParameters;
  readonly #shown: ShownElsewhere;
  /** Countries with a unit in the days before a period: of the period asked for last. */
  #present: { readonly period: number; readonly countries: ReadonlySet<number> } | null = null;

  constructor(index: UnitIndex, parameters: DetectionParameters) {
    this.#index = index;
    this.#parameters = parameters;
    this.#shown = new ShownElsewhere(index);
  }

  /**
   * @param country number of the country that is judged (-1: unknown; every country is outside then)
   * @param suspicion ln R of the countries at or above the suspicion threshold, per indicator
   */
  outside(country: number, period: number, indicator: Indicator, suspicion: Suspicion): Outside {
    const { minP0, maxP0, minOutsideCountries, outageMinUnits, rho } = this.#parameters;
    const { periods } = this.#index;
    const row = periods.rowOf(period);
    const leftOut = this.#leftOut(country, row, period, suspicion);
    const inside = new Set([...leftOut, country]);
    const all = this.#shown.sum(indicator, this.#oldest(row, period, inside), row, inside);
    const begun = periods.periods[row] === period;
    const same = this.#shown.sum(indicator, begun ? row : row + 1, row, inside);
    const bound = upperShare(all.affected, all.subnets);
    const c = predictiveShare(same.affected, same.subnets, Math.max(minP0, bound));
    const p0 = Math.min(MAX_P, Math.max(minP0, bound, c));
    const share = all.subnets > 0 ? all.affected / all.subnets : 0;
    const thin = all.countries < minOutsideCountries || (bound > maxP0 && share <= maxP0);
    const outage = c > maxP0 && same.subnets >= outageMinUnits;
    const bound01 = upperShare(all.entered, all.afterNormal);
    const assumed = p0 + rho * (1 - p0);
    const bound11 =
      all.afterAffected >= MIN_STICKY_SUBNETS
        ? upperShare(all.stayed, all.afterAffected)
        : (all.stayed + MIN_STICKY_SUBNETS * assumed) / (all.afterAffected + MIN_STICKY_SUBNETS);
    return {
      indicator,
      p0,
      // A subnet that stays as it is (p01 <= share <= p11) enters no more often than the share itself.
      p01: Math.min(MAX_P, Math.max(minP0, Math.min(bound, bound01), c)),
      p11: Math.min(MAX_P, Math.max(p0, bound11)),
      state: outage ? 'outage' : thin ? 'insufficient' : 'usable',
      bound,
      samePeriod: c,
      samePeriodUnits: same.units,
      share,
      subnets: all.subnets,
      countries: all.countries,
      leftOut: leftOut.size,
    };
  }

  /** The most suspected other countries, at most a third: a throttled country is no baseline for its neighbours. */
  #leftOut(country: number, row: number, period: number, suspicion: Suspicion): ReadonlySet<number> {
    if (suspicion.size === 0) return new Set();
    const present = this.#presentIn(row, period);
    const others = present.size - (present.has(country) ? 1 : 0);
    const ranked = [...suspicion]
      .filter(([other]) => other !== country && present.has(other))
      .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    return new Set(ranked.slice(0, Math.floor(others / 3)).map(([other]) => other));
  }

  /** Known countries with a unit in the days up to a period. */
  #presentIn(row: number, period: number): ReadonlySet<number> {
    if (this.#present?.period === period) return this.#present.countries;
    const { periods, countries } = this.#index;
    const present = new Set<number>();
    for (let at = row; this.#counts(at, period) && present.size < countries.length; at--) {
      for (const country of countries.keys()) {
        if (periods.end(at, country) > periods.begin(at, country)) present.add(country);
      }
    }
    this.#present = { period, countries: present };
    return present;
  }

  /** Is a row's period among those that are looked back on? */
  #counts(row: number, period: number): boolean {
    const { outsideDays, periodMs } = this.#parameters;
    const oldest = period - Math.max(1, Math.floor((outsideDays * DAY_MS) / periodMs));
    return row >= 0 && (this.#index.periods.periods[row] as number) >= oldest;
  }

  /** Row of the oldest period that is needed: whole periods, newest first, until there are enough outside units. */
  #oldest(newest: number, period: number, inside: ReadonlySet<number>): number {
    const { outsideMin, outsideMax } = this.#parameters;
    const { periods } = this.#index;
    let found = 0;
    let row = newest;
    for (; this.#counts(row, period); row--) {
      let units = periods.known(row);
      for (const country of inside) {
        if (country !== -1) units -= periods.end(row, country) - periods.begin(row, country);
      }
      if (found >= outsideMin && found + units > outsideMax) break;
      found += units;
    }
    return row + 1;
  }
}

/** Strength of the prior of c, in units: that of Laplace's rule. */
const PRIOR_UNITS = 2;

/**
 * c: the chance that the next unit of this period is affected, after k of n outside ones: the posterior predictive of a
 * Beta prior with the weight of two units (as in Laplace's rule, whose centre of 1/2 would make a quiet hour a suspect
 * one) and the mean that the days before allow.
 */
export function predictiveShare(k: number, n: number, before: number): number {
  return (k + PRIOR_UNITS * before) / (n + PRIOR_UNITS);
}

/** Which of a country's bounds holds for a unit, given the one before it of the same subnet. */
export function nullShare(outside: Outside, previous: number, plain: boolean): number {
  if (plain || previous < 0) return outside.p0;
  return (previous & FLAG[outside.indicator]) === 0 ? outside.p01 : outside.p11;
}
