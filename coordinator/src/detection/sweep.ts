import { Baseline, firstSeen, nullShare, type Outside, type Suspicion } from './baseline.js';
import type { EvidenceSource, FirstSeen } from './cell-detector.js';
import { CountryEvidence } from './country-evidence.js';
import { namingThreshold } from './naming.js';
import { type DetectionParameters, INDICATORS, type Indicator } from './parameters.js';
import { type Standard, SweepCell } from './sweep-cell.js';
import type { SwapPair, Unit } from './types.js';
import { byTime, FLAG, UnitIndex } from './unit-index.js';

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

/** One point of the p0 series. */
export interface P0Point extends Outside {
  readonly period: number;
}

/** What a sweep over a target's units found, by country (`''`: unknown). */
export interface Sweep {
  readonly index: UnitIndex;
  readonly countries: ReadonlyMap<string, SweepCountry>;
  /** Last period swept. */
  readonly now: number;
}

/**
 * Runs the detectors of every place over one target's units, in (measuredAt, id) order. A pure function of its
 * arguments; the order in which units are given does not matter. O(units) for places where nothing happens.
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
  const items = timeline(index, from, now);
  let period: number | null = null;
  for (const item of items) {
    if (period !== null && item.period !== period) run.endPeriod(period);
    period = item.period;
    if (item.kind === 'unit') run.unit(item.at);
    else run.pair(item.at);
  }
  if (period !== null) run.endPeriod(period);
  return { index, countries: run.countries(), now };
}

type Item = { kind: 'unit' | 'pair'; at: number; period: number; measuredAt: number; id: string };

function timeline(index: UnitIndex, from: number, now: number): Item[] {
  const items: Item[] = [];
  for (const [at, unit] of index.units.entries()) {
    if (unit.period >= from && unit.period <= now) {
      items.push({ kind: 'unit', at, period: unit.period, measuredAt: unit.measuredAt, id: unit.id });
    }
  }
  for (const [at, pair] of index.pairs.entries()) {
    if (pair.period >= from && pair.period <= now) {
      items.push({ kind: 'pair', at, period: pair.period, measuredAt: pair.measuredAt, id: pair.id });
    }
  }
  return items.sort((a, b) => a.period - b.period || byTime(a, b));
}

/** One country while the sweep runs. */
interface CountryRun {
  readonly number: number;
  readonly name: string;
  readonly cell: SweepCell;
  readonly asns: Map<number, SweepCell>;
  readonly evidence: CountryEvidence;
  /** What each of its cells is held to. */
  readonly standards: Map<SweepCell, Standard>;
  readonly outside: Map<Indicator, Outside>;
  readonly p0: P0Point[];
  outsidePeriod: number | null;
}

class Run {
  readonly #index: UnitIndex;
  readonly #parameters: DetectionParameters;
  readonly #indicators: readonly Indicator[];
  readonly #seen: FirstSeen;
  readonly #baseline: Baseline;
  readonly #countries = new Map<number, CountryRun>();
  readonly #suspicion = new Map<Indicator, Map<number, number>>();
  /** Period that is being swept. */
  #now = 0;

  constructor(index: UnitIndex, parameters: DetectionParameters) {
    this.#index = index;
    this.#parameters = parameters;
    this.#seen = firstSeen(index);
    this.#indicators = INDICATORS.filter((indicator) => indicator === 'slow' || this.#seen.has(indicator));
    this.#baseline = new Baseline(index, parameters);
  }

  unit(at: number): void {
    const unit = this.#index.units[at] as Unit;
    this.#now = unit.period;
    const country = this.#country(this.#index.country[at] as number);
    const group = this.#index.group[at] as number;
    const flags = this.#index.flags[at] as number;
    const asn = unit.asn === null ? null : this.#asn(country, unit.asn);
    this.#outsides(country, unit.period);
    for (const indicator of this.#indicators) {
      const outside = country.outside.get(indicator) as Outside;
      const p = nullShare(outside, this.#index.previous[at] as number, this.#parameters.plain);
      const x = (flags & FLAG[indicator]) === 0 ? 0 : 1;
      // No basis, no bet: a start with nothing staked neither gains nor loses.
      const y = outside.state === 'insufficient' ? 0 : x / p - 1;
      country.cell.bet(indicator, group, unit, y);
      asn?.bet(indicator, group, unit, y);
    }
    if (asn !== null) country.evidence.changed(unit.asn as number);
    asn?.observed(at, unit, group, flags, country.standards.get(asn) as Standard);
    country.cell.observed(at, unit, group, flags, country.standards.get(country.cell) as Standard);
  }

  pair(at: number): void {
    const pair = this.#index.pairs[at] as SwapPair;
    this.#now = pair.period;
    const number = pair.country === null ? -1 : this.#index.countries.indexOf(pair.country);
    const country = this.#country(number);
    const asn = pair.asn === null ? null : this.#asn(country, pair.asn);
    const group = this.#index.pairGroup[at] as number;
    if (asn !== null) country.evidence.changed(pair.asn as number);
    asn?.paired(pair, group, country.standards.get(asn) as Standard);
    country.cell.paired(pair, group, country.standards.get(country.cell) as Standard);
  }

  /** What a country shows now decides whether it is outside for the others in the next period. */
  endPeriod(period: number): void {
    const suspicious = Math.log(this.#parameters.suspicion);
    for (const indicator of this.#indicators) {
      const found = new Map<number, number>();
      for (const country of this.#countries.values()) {
        if (country.number === -1) continue;
        const { open } = country.cell;
        if (open !== null) {
          // Until it is lifted an alarm stands, and no re-count is needed.
          if (open.indicator === indicator) found.set(country.number, open.logR);
          continue;
        }
        if (country.evidence.upperLogR(indicator) < suspicious) continue;
        const { logR } = country.evidence.evidence(indicator, period);
        if (logR >= suspicious) found.set(country.number, logR);
      }
      this.#suspicion.set(indicator, found);
    }
  }

  countries(): Map<string, SweepCountry> {
    return new Map([...this.#countries.values()].map((country) => [country.name, country]));
  }

  #country(number: number): CountryRun {
    let country = this.#countries.get(number);
    if (country === undefined) {
      const cell = new SweepCell(this.#parameters, this.#indicators, this.#seen);
      const asns = new Map<number, SweepCell>();
      const evidence = new CountryEvidence(cell, asns);
      country = {
        number,
        name: number === -1 ? '' : (this.#index.countries[number] as string),
        cell,
        asns,
        evidence,
        standards: new Map(),
        outside: new Map(),
        p0: [],
        outsidePeriod: null,
      };
      this.#countries.set(number, country);
      country.standards.set(
        cell,
        this.#standard(country, evidence, () => this.#parameters.threshold),
      );
    }
    return country;
  }

  #asn(country: CountryRun, number: number): SweepCell {
    let cell = country.asns.get(number);
    if (cell === undefined) {
      cell = new SweepCell(this.#parameters, this.#indicators, this.#seen);
      country.asns.set(number, cell);
      country.standards.set(
        cell,
        this.#standard(country, cell, () => this.#asnThreshold(country, cell as SweepCell)),
      );
    }
    return cell;
  }

  #standard(country: CountryRun, source: EvidenceSource, threshold: () => number): Standard {
    const elsewhere = (indicator: Indicator) => country.outside.get(indicator)?.share ?? 0;
    return { source, threshold, elsewhere };
  }

  /** An ASN speaks for itself at A; it is named sooner where its country's incident is open. */
  #asnThreshold({ cell, asns }: CountryRun, asn: SweepCell): number {
    if (cell.open === null) return this.#parameters.threshold;
    const named = [...asns.values()].filter(({ open }) => open !== null).length;
    const { windowPeriods } = this.#parameters;
    const starts = Math.min(windowPeriods, this.#now - (asn.firstPeriod ?? this.#now) + 1);
    return namingThreshold({ known: asns.size, named, starts }, this.#parameters);
  }

  #outsides(country: CountryRun, period: number): void {
    if (country.outsidePeriod === period) return;
    country.outsidePeriod = period;
    for (const indicator of this.#indicators) {
      const suspicion: Suspicion = this.#suspicion.get(indicator) ?? new Map();
      const outside = this.#baseline.outside(country.number, period, indicator, suspicion);
      country.outside.set(indicator, outside);
      country.p0.push({ ...outside, period });
    }
  }
}
