import { capAtAThird, upperShare } from './bounds.js';
import { type DetectionParameters, INDICATORS, type Indicator } from './parameters.js';
import { FLAG, type UnitIndex } from './unit-index.js';

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
 * included, so they may all be used.
 */
export class Baseline {
  readonly #index: UnitIndex;
  readonly #parameters: DetectionParameters;
  readonly #descending: readonly number[];

  constructor(index: UnitIndex, parameters: DetectionParameters) {
    this.#index = index;
    this.#parameters = parameters;
    this.#descending = [...index.periods.keys()].sort((a, b) => b - a);
  }

  /**
   * @param country number of the country that is judged (-1: unknown; every country is outside then)
   * @param suspicion ln R of the countries at or above the suspicion threshold, per indicator
   */
  outside(country: number, period: number, indicator: Indicator, suspicion: Suspicion): Outside {
    const { minP0, maxP0, minOutsideCountries, outageMinUnits, rho } = this.#parameters;
    const leftOut = this.#leftOut(country, period, suspicion);
    const sample = this.#sample(country, period, leftOut);
    const all = this.#tally(sample, indicator);
    const same = this.#tally(this.#ofPeriod(country, period, leftOut), indicator);
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
  #leftOut(country: number, period: number, suspicion: Suspicion): ReadonlySet<number> {
    if (suspicion.size === 0) return new Set();
    const others = new Set<number>();
    for (const at of this.#window(period)) {
      for (const other of this.#index.periods.get(at)?.keys() ?? []) others.add(other);
    }
    others.delete(country);
    others.delete(-1);
    const most = Math.floor(others.size / 3);
    const ranked = [...suspicion]
      .filter(([other]) => others.has(other))
      .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    return new Set(ranked.slice(0, most).map(([other]) => other));
  }

  *#window(period: number): Generator<number> {
    const oldest =
      period - Math.max(1, Math.floor((this.#parameters.outsideDays * DAY_MS) / this.#parameters.periodMs));
    let low = 0;
    let high = this.#descending.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#descending[middle] as number) > period) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < this.#descending.length; i++) {
      const at = this.#descending[i] as number;
      if (at < oldest) return;
      yield at;
    }
  }

  /** Whole periods, newest first, until there are enough outside units. */
  #sample(country: number, period: number, leftOut: ReadonlySet<number>): number[] {
    const { outsideMin, outsideMax } = this.#parameters;
    const sample: number[] = [];
    for (const at of this.#window(period)) {
      const own = this.#ofPeriod(country, at, leftOut);
      if (sample.length >= outsideMin && sample.length + own.length > outsideMax) break;
      for (const unit of own) sample.push(unit);
    }
    return sample;
  }

  #ofPeriod(country: number, period: number, leftOut: ReadonlySet<number>): number[] {
    const found: number[] = [];
    for (const [other, units] of this.#index.periods.get(period) ?? []) {
      if (other === country || other === -1 || leftOut.has(other)) continue;
      for (const unit of units) found.push(unit);
    }
    return found;
  }

  /** Means per distinct subnet, summed with no country above a third. */
  #tally(sample: readonly number[], indicator: Indicator) {
    const { flags, previous, subnet, country } = this.#index;
    const flag = FLAG[indicator];
    const lines = new Map<number, Line>();
    for (const unit of sample) {
      const key = subnet[unit] as number;
      let line = lines.get(key);
      if (line === undefined) {
        line = { country: country[unit] as number, n: 0, k: 0, n0: 0, k0: 0, n1: 0, k1: 0 };
        lines.set(key, line);
      }
      const x = ((flags[unit] as number) & flag) === 0 ? 0 : 1;
      const before = previous[unit] as number;
      line.n++;
      line.k += x;
      if (before >= 0 && (before & flag) === 0) {
        line.n0++;
        line.k0 += x;
      } else if (before >= 0) {
        line.n1++;
        line.k1 += x;
      }
    }
    const sizes = new Map<number, number>();
    for (const line of lines.values()) sizes.set(line.country, (sizes.get(line.country) ?? 0) + 1);
    const cap = capAtAThird([...sizes.values()]);
    const sum = { affected: 0, subnets: 0, entered: 0, afterNormal: 0, stayed: 0, afterAffected: 0 };
    for (const line of lines.values()) {
      const size = sizes.get(line.country) as number;
      const weight = Math.min(1, cap / size);
      sum.subnets += weight;
      sum.affected += (weight * line.k) / line.n;
      if (line.n0 > 0) {
        sum.afterNormal += weight;
        sum.entered += (weight * line.k0) / line.n0;
      }
      if (line.n1 > 0) {
        sum.afterAffected += weight;
        sum.stayed += (weight * line.k1) / line.n1;
      }
    }
    return { ...sum, units: sample.length, countries: sizes.size };
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

/** Units of one outside subnet: all, after a normal one, after an affected one. */
interface Line {
  readonly country: number;
  n: number;
  k: number;
  n0: number;
  k0: number;
  n1: number;
  k1: number;
}

/** Which of a country's bounds holds for a unit, given the one before it of the same subnet. */
export function nullShare(outside: Outside, previous: number, plain: boolean): number {
  if (plain || previous < 0) return outside.p0;
  return (previous & FLAG[outside.indicator]) === 0 ? outside.p01 : outside.p11;
}

/** Period in which each indicator was first shown, by anybody; indicators that nobody showed need no detector. */
export function firstSeen(index: UnitIndex): Map<Indicator, number> {
  const seen = new Map<Indicator, number>();
  for (const [at, unit] of index.units.entries()) {
    for (const indicator of INDICATORS) {
      if (((index.flags[at] as number) & FLAG[indicator]) !== 0 && !seen.has(indicator)) {
        seen.set(indicator, unit.period);
      }
    }
  }
  return seen;
}
