import { Baseline, type Outside } from './baseline.js';
import type { CountryEvidence } from './country-evidence.js';
import { CountrySweep, type P0Point } from './country-sweep.js';
import { type DetectionParameters, INDICATORS, type Indicator } from './parameters.js';
import { UnitStakes } from './stakes.js';
import type { SweepCell } from './sweep-cell.js';
import { periodsBetween, visits } from './timeline.js';
import type { SwapPair, Unit } from './types.js';
import { UnitIndex } from './unit-index.js';

/** A place with its ASNs, after the sweep. */
export interface SweepCountry {
  readonly cell: SweepCell;
  /** Its mixture of the pooled cell and the ASNs. */
  readonly evidence: CountryEvidence;
  readonly asns: ReadonlyMap<number, SweepCell>;
  /** The last baseline that was used, per indicator. */
  readonly outside: ReadonlyMap<Indicator, Outside>;
  /** Every baseline, in the order of periods: the p0 series of the evidence. */
  readonly p0: readonly P0Point[];
}

/** What a sweep over a target's units found, by country (`''`: unknown). */
export interface Sweep {
  readonly index: UnitIndex;
  readonly countries: ReadonlyMap<string, SweepCountry>;
  /** Last period swept. */
  readonly now: number;
}

/**
 * Runs the detectors of every place over one target's units, each place in (measuredAt, id) order. A pure function of
 * its arguments; the order in which units are given does not matter. O(units) for places where nothing happens.
 * @param units of the window, and before it (back to 14 days) for the baseline
 * @param from first period with bets; earlier units are baseline only
 * @param now last period
 */
export function sweep(
  units: readonly Unit[],
  pairs: readonly SwapPair[],
  parameters: DetectionParameters,
  from: number,
  now: number,
): Sweep {
  const index = new UnitIndex(units, pairs);
  const run = new Run(index, parameters);
  for (const period of periodsBetween(index, from, now)) run.period(period);
  return { index, countries: run.countries(), now };
}

class Run {
  readonly #index: UnitIndex;
  readonly #parameters: DetectionParameters;
  readonly #indicators: readonly Indicator[];
  readonly #stakes: UnitStakes;
  readonly #baseline: Baseline;
  readonly #countries = new Map<number, CountrySweep>();
  /** ln R of the suspected countries, as it stood before the period. */
  readonly #suspicion = new Map<Indicator, ReadonlyMap<number, number>>();

  constructor(index: UnitIndex, parameters: DetectionParameters) {
    this.#index = index;
    this.#parameters = parameters;
    this.#indicators = INDICATORS.filter((one) => one === 'slow' || index.firstSeen.has(one));
    this.#stakes = new UnitStakes(index, parameters);
    this.#baseline = new Baseline(index, parameters);
  }

  period(period: number): void {
    for (const { country: number, hasUnits, walk } of visits(this.#index, period)) {
      const country = this.#country(number);
      country.begin(period);
      if (hasUnits) country.compare(this.#outsides(number, period));
      walk(
        (at) => country.unit(at),
        (at) => country.pair(at),
      );
    }
    this.#suspect(period);
  }

  countries(): Map<string, SweepCountry> {
    return new Map([...this.#countries.values()].map((country) => [country.name, country]));
  }

  #outsides(country: number, period: number): Outside[] {
    return this.#indicators.map((indicator) => {
      const suspicion = this.#suspicion.get(indicator) ?? new Map<number, number>();
      return this.#baseline.outside(country, period, indicator, suspicion);
    });
  }

  /** What a country shows now decides whether it is outside for the others in the next period. */
  #suspect(period: number): void {
    const suspicious = Math.log(this.#parameters.suspicion);
    for (const indicator of this.#indicators) {
      const found = new Map<number, number>();
      for (const { number, cell, evidence } of this.#countries.values()) {
        if (number === -1) continue;
        const { open } = cell;
        if (open !== null) {
          // Until it is lifted an alarm stands, and no re-count is needed.
          if (open.indicator === indicator) found.set(number, open.logR);
          continue;
        }
        if (!evidence.mayReach(indicator, suspicious)) continue;
        const { logR } = evidence.evidence(indicator, period);
        if (logR >= suspicious) found.set(number, logR);
      }
      this.#suspicion.set(indicator, found);
    }
  }

  #country(number: number): CountrySweep {
    let country = this.#countries.get(number);
    if (country === undefined) {
      country = new CountrySweep(this.#index, this.#parameters, this.#indicators, this.#stakes, number);
      this.#countries.set(number, country);
    }
    return country;
  }
}
