import type { Outside } from './baseline.js';
import type { Bet } from './bet.js';
import type { EvidenceSource } from './cell-evidence.js';
import { CountryEvidence } from './country-evidence.js';
import { namingThreshold } from './naming.js';
import type { DetectionParameters, Indicator } from './parameters.js';
import { PlatformBets } from './platform-bets.js';
import type { UnitStakes } from './stakes.js';
import type { Standard } from './standard.js';
import { SweepCell } from './sweep-cell.js';
import type { SwapPair } from './types.js';
import type { UnitIndex } from './unit-index.js';

/** Combinations of the three indicators' flags. */
const FLAGS = 8;

/** One point of the p0 series. */
export interface P0Point extends Outside {
  readonly period: number;
}

/** A country in a sweep: its pooled cell, its ASNs, and what they are compared with. */
export class CountrySweep {
  readonly #index: UnitIndex;
  readonly #parameters: DetectionParameters;
  readonly #indicators: readonly Indicator[];
  readonly #stakes: UnitStakes;
  /** Number of the country; -1 where unknown. */
  readonly number: number;
  readonly cell: SweepCell;
  readonly asns = new Map<number, SweepCell>();
  /** Its mixture of the pooled cell and the ASNs. */
  readonly evidence: CountryEvidence;
  /** The last baseline that was used, per indicator. */
  readonly outside = new Map<Indicator, Outside>();
  /** Every baseline, in the order of periods: the p0 series of the evidence. */
  readonly p0: P0Point[] = [];
  /** Of the period, per indicator; and put together for a unit, by what its subnet showed before and shows now. */
  #bets: readonly PlatformBets[] = [];
  #together: (readonly Bet[])[] = [];
  /** What each of its cells is held to. */
  readonly #standards = new Map<SweepCell, Standard>();
  /** Period that is being swept. */
  #now = 0;

  constructor(
    index: UnitIndex,
    parameters: DetectionParameters,
    indicators: readonly Indicator[],
    stakes: UnitStakes,
    number: number,
  ) {
    this.#index = index;
    this.#parameters = parameters;
    this.#indicators = indicators;
    this.#stakes = stakes;
    this.number = number;
    this.cell = new SweepCell(index, parameters, indicators, stakes);
    this.evidence = new CountryEvidence(this.cell, this.asns);
    this.#hold(this.cell, this.evidence, () => parameters.threshold);
  }

  /** Name of the country; `''` where unknown. */
  get name(): string {
    return this.#index.countries[this.number] ?? '';
  }

  begin(period: number): void {
    this.#now = period;
  }

  /** What the units of the period are compared with. */
  compare(outsides: readonly Outside[]): void {
    for (const outside of outsides) {
      this.outside.set(outside.indicator, outside);
      this.p0.push({ ...outside, period: this.#now });
    }
    this.#bets = outsides.map((outside) => new PlatformBets(outside, this.#parameters));
    this.#together = [];
  }

  /** @param at position of a unit in the index */
  unit(at: number): void {
    const asn = this.#index.asn[at] as number;
    this.#stakes.place(at, this.#betsOf(this.#index.previous[at] as number, this.#index.flags[at] as number));
    this.cell.bet(at);
    if (asn !== -1) {
      const cell = this.#asn(asn);
      cell.bet(at);
      this.evidence.changed(asn);
      cell.observed(at, this.#standards.get(cell) as Standard);
    }
    this.cell.observed(at, this.#standards.get(this.cell) as Standard);
  }

  /** @param at position of a swap pair in the index */
  pair(at: number): void {
    const { asn } = this.#index.pairs[at] as SwapPair;
    if (asn !== null) {
      this.evidence.changed(asn);
      const cell = this.#asn(asn);
      cell.paired(at, this.#standards.get(cell) as Standard);
    }
    this.cell.paired(at, this.#standards.get(this.cell) as Standard);
  }

  #betsOf(previous: number, flags: number): readonly Bet[] {
    return this.#together[(previous + 1) * FLAGS + flags] ?? this.#putTogether(previous, flags);
  }

  #putTogether(previous: number, flags: number): readonly Bet[] {
    const bets = this.#bets.map((bet) => bet.of(previous, flags));
    this.#together[(previous + 1) * FLAGS + flags] = bets;
    return bets;
  }

  #asn(number: number): SweepCell {
    const known = this.asns.get(number);
    if (known !== undefined) return known;
    const cell = new SweepCell(this.#index, this.#parameters, this.#indicators, this.#stakes);
    this.asns.set(number, cell);
    this.#hold(cell, cell, () => this.#asnThreshold(cell));
    return cell;
  }

  #hold(cell: SweepCell, source: EvidenceSource, threshold: () => number): void {
    const elsewhere = (indicator: Indicator) => this.outside.get(indicator)?.share ?? 0;
    this.#standards.set(cell, { source, threshold, elsewhere });
  }

  /** An ASN speaks for itself at A; it is named sooner where its country's incident is open. */
  #asnThreshold(asn: SweepCell): number {
    if (this.cell.open === null) return this.#parameters.threshold;
    const named = [...this.asns.values()].filter(({ open }) => open !== null).length;
    const { windowPeriods } = this.#parameters;
    const starts = Math.min(windowPeriods, this.#now - (asn.firstPeriod ?? this.#now) + 1);
    return namingThreshold({ known: this.asns.size, named, starts }, this.#parameters);
  }
}
