import { affectedSince } from './affected-since.js';
import { type Alarm, type Lift, onsetOf } from './alarm.js';
import type { Bet } from './bet.js';
import { largest } from './bounds.js';
import { CellDetector } from './cell-detector.js';
import type { Evidence, EvidenceSource } from './cell-evidence.js';
import { Confirmation } from './confirmation.js';
import { FLAG } from './flags.js';
import { LiftDetector } from './lift-detector.js';
import type { Moment } from './moment.js';
import type { DetectionParameters, Indicator } from './parameters.js';
import type { Stakes } from './stakes.js';
import type { Standard } from './standard.js';
import type { SwapPair, Unit } from './types.js';
import type { UnitIndex } from './unit-index.js';
import { witnessed } from './witnesses.js';

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
  /** Since R reached the suspicion threshold, after the last lift. */
  #confirmation: Confirmation | null = null;

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

  evidence(indicator: Indicator, now: number, without = 0): Evidence {
    return this.#detector.evidence(indicator, now, without);
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
    this.#confirmation?.add(group, pair);
    if (pair.period > this.#restsUntil) this.#detector.addPair(group, pair, pair.gain);
    if (pair.gain <= 0 || this.open !== null) return;
    for (const indicator of this.#indicators) {
      this.#mayRise(indicator, Math.log1p(pair.gain));
      this.#watchAlarm(indicator, pair, standard);
    }
  }

  /**
   * Do enough speak for an incident that began in a period?
   * @param without so many groups, the largest, are deleted
   */
  witnessed(indicator: Indicator, onset: number, without = 0): boolean {
    const groups = new Set(this.#detector.positiveGroups(indicator, onset));
    return witnessed(this, groups, this.#index, this.#parameters, without);
  }

  /** First period in which R reached the suspicion threshold, since the last lift. */
  get suspectedSince(): number | null {
    return this.#confirmation?.since ?? null;
  }

  /** ln of the swap channel's e-value since suspicion arose; 0 (e = 1) without pairs since. */
  confirmation(): number {
    return this.#confirmation?.logE(this.groups()) ?? 0;
  }

  /** Groups that had a unit in the window, as of the last one. */
  groups(): number {
    const last = this.units.at(-1);
    return last === undefined ? 0 : this.#detector.groups((this.#index.units[last] as Unit).period);
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
    const wanted = this.#confirmation === null ? suspicious : logThreshold;
    const known = this.#known.get(indicator);
    if (known !== undefined && known.period === seen.period && known.atMost < wanted) return;
    const evidence = source.evidence(indicator, seen.period);
    this.#known.set(indicator, { period: seen.period, atMost: evidence.logR });
    if (evidence.logR < suspicious) return;
    this.#confirmation ??= new Confirmation(seen.period, this.#parameters);
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
    this.#lift = new LiftDetector(
      this.#parameters,
      seen.period,
      affectedSince(onset.best, this.units, this.#index),
    );
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
}
