import type { Bet } from './bet.js';
import { PlacedBets } from './bets.js';
import { largest } from './bounds.js';
import { CellDetector, type Evidence, type EvidenceSource } from './cell-detector.js';
import { FLAG } from './flags.js';
import { type AffectedCount, LiftDetector } from './lift-detector.js';
import type { Moment } from './moment.js';
import { type DetectionParameters, groupsLeftOut, type Indicator } from './parameters.js';
import { RobustProduct } from './robust-product.js';
import type { Stakes } from './stakes.js';
import type { SwapPair, Unit } from './types.js';
import type { UnitIndex } from './unit-index.js';

/** A crossing of the threshold. */
export interface Alarm {
  /** Number of the unit with which it came, from 1 in the cell's own order (0: before any unit). */
  readonly unit: number;
  readonly at: number;
  readonly period: number;
  readonly logR: number;
  /** ln of the threshold that R crossed: A, or less for an ASN named in its country's open incident. */
  readonly logThreshold: number;
  readonly indicator: Indicator;
  /** Period of the start with the largest E, and the starts within a factor of 20 of it. */
  readonly onset: { readonly best: number; readonly earliest: number; readonly latest: number };
}

/** The end of what an alarm began. */
export interface Lift {
  readonly unit: number;
  readonly at: number;
  readonly period: number;
  readonly logR: number;
}

/** What a cell is held to when evidence comes. */
export interface Standard {
  /** Where its ln R comes from. */
  readonly source: EvidenceSource;
  /** R at which it alarms; asked only of a cell that is suspected. */
  readonly threshold: () => number;
  /** Affected share of the outside now: what an end would look like. */
  readonly elsewhere: (indicator: Indicator) => number;
}

/** A place in a sweep: its detector, its units, and the story of its alarms and lifts. */
export class SweepCell implements EvidenceSource {
  readonly #index: UnitIndex;
  readonly #parameters: DetectionParameters;
  readonly #indicators: readonly Indicator[];
  readonly #stakes: Stakes;
  #detector: CellDetector;
  #lift: LiftDetector | null = null;
  /** What ln R is at most, since it was last worked out in a period. */
  readonly #known = new Map<Indicator, { readonly period: number; atMost: number }>();
  /** After a lift the starts begin anew, with the next period. */
  #restsUntil = Number.NEGATIVE_INFINITY;
  /** Units up to the last lift, and to the end of its period: the detector has those since. */
  #before: number[] = [];
  /** Positions of the cell's swap pairs in the index. */
  readonly pairs: number[] = [];
  readonly alarms: Alarm[] = [];
  readonly lifts: Lift[] = [];
  /** First period in which R reached the suspicion threshold, since the last lift. */
  suspectedSince: number | null = null;
  /** Swap pairs after that moment: those before may be why it is suspected, and would confirm themselves. */
  #confirmation: { readonly bets: PlacedBets; readonly product: RobustProduct } | null = null;

  constructor(
    index: UnitIndex,
    parameters: DetectionParameters,
    indicators: readonly Indicator[],
    stakes: Stakes,
  ) {
    this.#index = index;
    this.#parameters = parameters;
    this.#indicators = indicators;
    this.#stakes = stakes;
    this.#detector = new CellDetector(parameters, indicators, index.firstSeen, stakes);
  }

  /** The detector since the last lift. */
  get detector(): CellDetector {
    return this.#detector;
  }

  /** Positions of the cell's units in the index. */
  get units(): readonly number[] {
    const { units } = this.#detector;
    return this.#before.length === 0 ? units : [...this.#before, ...units];
  }

  get firstPeriod(): number | null {
    return this.#detector.firstPeriod;
  }

  /** The alarm that has not been lifted. */
  get open(): Alarm | null {
    return this.alarms.length > this.lifts.length ? (this.alarms.at(-1) ?? null) : null;
  }

  mayReach(indicator: Indicator, logR: number): boolean {
    return this.#detector.mayReach(indicator, logR);
  }

  evidence(indicator: Indicator, now: number): Evidence {
    return this.#detector.evidence(indicator, now);
  }

  /** ln of a start's weight where nothing has spoken since. */
  logWeight(indicator: Indicator, start: number): number {
    return this.#detector.logWeight(indicator, start);
  }

  /**
   * Takes a unit, with what it has staked.
   * @param at position in the index
   */
  bet(at: number): void {
    if (this.#stakes.period(at) <= this.#restsUntil) {
      this.#before.push(at);
      return;
    }
    this.#detector.addUnit(at);
    if (this.#known.size === 0) return;
    const bets = this.#stakes.bets(at);
    for (let i = 0; i < bets.length; i++) {
      const { y, logs } = bets[i] as Bet;
      if (y > 0) this.#mayRise(this.#indicators[i] as Indicator, largest(logs));
    }
  }

  /** After a unit's bets are placed: does it raise an alarm, or end one? */
  observed(at: number, standard: Standard): void {
    const flags = this.#index.flags[at] as number;
    if (flags === 0 && this.open === null) return;
    const unit = this.#index.units[at] as Unit;
    if (this.open !== null) {
      this.#watchLift(unit, this.#index.group[at] as number, flags, standard.elsewhere(this.open.indicator));
      return;
    }
    for (const indicator of this.#indicators) {
      // Only an affected unit raises R.
      if ((flags & FLAG[indicator]) !== 0) this.#watchAlarm(indicator, unit, standard);
    }
  }

  /**
   * Places a swap pair's bet, and looks.
   * @param at position in the index
   */
  paired(at: number, standard: Pick<Standard, 'source' | 'threshold'>): void {
    this.pairs.push(at);
    const pair = this.#index.pairs[at] as SwapPair;
    const group = this.#index.pairGroup[at] as number;
    this.#confirmation?.bets.add(group, pair.period, pair.period, pair.gain);
    if (pair.period > this.#restsUntil) this.#detector.addPair(group, pair, pair.gain);
    if (pair.gain <= 0 || this.open !== null) return;
    for (const indicator of this.#indicators) {
      this.#mayRise(indicator, Math.log1p(pair.gain));
      this.#watchAlarm(indicator, pair, standard);
    }
  }

  /** ln of the swap channel's e-value since suspicion arose, f of the cell's groups left out; 0 (e = 1) without pairs since. */
  confirmation(): number {
    const product = this.#confirmation?.product;
    if (product === undefined || product.size === 0 || this.suspectedSince === null) return 0;
    const since = this.suspectedSince;
    const groups = (spoke: number) => groupsLeftOut(Math.max(spoke, this.groups()), this.#parameters.trim);
    return product.logE(since, since, { groups, shockSlots: 0 })[0] ?? 0;
  }

  /** Groups that had a unit in the window, as of the last one. */
  groups(): number {
    const last = this.units.at(-1);
    return last === undefined ? 0 : this.#detector.groups((this.#index.units[last] as Unit).period);
  }

  /** Do at least 3 subnets of 2 owners (parameters) speak for it since `start`? */
  witnessed(indicator: Indicator, start: number): boolean {
    const { group, subnet, owner, pairGroup, pairSubnet, pairOwner } = this.#index;
    const groups = new Set(this.#detector.positiveGroups(indicator, start));
    const subnets = new Set<number>();
    const owners = new Set<number>();
    for (const at of this.units) {
      if (!groups.has(group[at] as number)) continue;
      subnets.add(subnet[at] as number);
      owners.add(owner[at] as number);
    }
    for (const at of this.pairs) {
      if (!groups.has(pairGroup[at] as number)) continue;
      subnets.add(pairSubnet[at] as number);
      owners.add(pairOwner[at] as number);
    }
    return subnets.size >= this.#parameters.minSubnets && owners.size >= this.#parameters.minOwners;
  }

  #watchAlarm(
    indicator: Indicator,
    seen: Moment,
    { source, threshold }: Pick<Standard, 'source' | 'threshold'>,
  ): void {
    if (this.open !== null) return;
    const suspicious = Math.log(Math.min(this.#parameters.suspicion, this.#parameters.threshold));
    if (!source.mayReach(indicator, suspicious)) return;
    const logThreshold = Math.log(threshold());
    const wanted = this.suspectedSince === null ? suspicious : logThreshold;
    const known = this.#known.get(indicator);
    if (known !== undefined && known.period === seen.period && known.atMost < wanted) return;
    const evidence = source.evidence(indicator, seen.period);
    this.#known.set(indicator, { period: seen.period, atMost: evidence.logR });
    if (evidence.logR < suspicious) return;
    if (this.suspectedSince === null) {
      this.suspectedSince = seen.period;
      const bets = new PlacedBets(this.#parameters.swapLambdas);
      this.#confirmation = { bets, product: new RobustProduct(bets, this.#parameters.swapLambdas.length) };
    }
    if (evidence.logR < logThreshold) return;
    const onset = onsetOf(evidence);
    if (!this.witnessed(indicator, onset.best)) return;
    this.alarms.push({
      unit: this.units.length,
      at: seen.measuredAt,
      period: seen.period,
      logR: evidence.logR,
      logThreshold,
      indicator,
      onset,
    });
    this.#lift = new LiftDetector(this.#parameters, seen.period, this.#since(onset.best));
  }

  /** One bet multiplies R by no more than its own factor: until that reaches the threshold nobody need look again. */
  #mayRise(indicator: Indicator, log: number): void {
    const known = this.#known.get(indicator);
    if (known !== undefined) known.atMost += log;
  }

  #watchLift(unit: Unit, group: number, flags: number, elsewhere: number): void {
    const logR = this.#lift?.add(group, unit, flags !== 0, elsewhere) ?? null;
    if (logR === null || logR < Math.log(this.#parameters.liftThreshold)) return;
    this.lifts.push({ unit: this.units.length, at: unit.measuredAt, period: unit.period, logR });
    this.#lift = null;
    this.#known.clear();
    this.suspectedSince = null;
    this.#confirmation = null;
    this.#restsUntil = unit.period;
    this.#before = [...this.units];
    this.#detector = new CellDetector(
      this.#parameters,
      this.#indicators,
      this.#index.firstSeen,
      this.#stakes,
    );
  }

  /** Units since a period, and how many are affected, by ASN. */
  #since(period: number): Map<number | null, AffectedCount> {
    const counts = new Map<number | null, AffectedCount>();
    const { units } = this;
    for (let i = units.length - 1; i >= 0; i--) {
      const at = units[i] as number;
      const unit = this.#index.units[at] as Unit;
      if (unit.period < period) break;
      const count = counts.get(unit.asn) ?? { units: 0, affected: 0 };
      counts.set(unit.asn, count);
      count.units++;
      if (this.#index.flags[at] !== 0) count.affected++;
    }
    return counts;
  }
}

/** What sums of a few thousand logarithms may be off by. */
const ROUNDING = 1e-9;

/** The start with the largest E, and the range of starts that are nearly as good (a factor of 20). */
export function onsetOf(evidence: Evidence): Alarm['onset'] {
  let best = 0;
  for (let i = 1; i < evidence.logE.length; i++) {
    // The latest of equals (but for rounding): periods without a unit do not make the onset earlier.
    if ((evidence.logE[i] as number) >= (evidence.logE[best] as number) - ROUNDING) best = i;
  }
  const wanted = (evidence.logE[best] as number) - Math.log(20);
  const near = [...evidence.logE.keys()].filter((i) => (evidence.logE[i] as number) >= wanted);
  return {
    best: evidence.from + best,
    earliest: evidence.from + Math.min(...near),
    latest: evidence.from + Math.max(...near),
  };
}
