import { PlacedBets } from './bets.js';
import { logSumExp, lowerShare } from './bounds.js';
import { type Moment, shockSlotsOf, slotOf } from './moment.js';
import { type DetectionParameters, groupsLeftOut } from './parameters.js';
import { RobustProduct } from './robust-product.js';

/** Units since the onset, and how many of them are affected. */
export interface AffectedCount {
  units: number;
  affected: number;
}

/**
 * The share that an end is measured against leaves out the last 6 hours of half-hour periods: with them the normal units
 * after an end would soon make normal units look ordinary, and the end would never be certain.
 */
const LAG_PERIODS = 12;
const MOST_Q0 = 0.95;
const MOST_LAMBDA = 0.95;
/** Parts of lambda that are bet: all of it, and half, which one group of four that goes on to be affected cannot outweigh. */
const STAKES = [1, 0.5];

/**
 * Detector of the end: X' = 1 - X against q0 = 1 - lower bound of the affected share since the onset, starts after the
 * alarm. The share is that of the unit's own ASN in the periods before, so q0 is known when a unit comes, and a country
 * whose untouched networks happen to speak has not been let go.
 *
 * The alternative is "as elsewhere", with its share known from the outside. The bet that grows fastest under it is the
 * likelihood ratio of q1 = 1 - p (elsewhere) and q0 (Gruenwald, de Heide, Koolen, "Safe testing", section 3):
 * 1 + lambda (X'/q0 - 1) with lambda = (q1 - q0) / (1 - q0). It stakes nearly everything, so that one liar of four groups,
 * slow for ever, takes with each unit more than two honest ones bring: he alone would keep the incident open. So half of
 * the money is on half that stake. The mean of both products is as valid, and never costs more than ln 2.
 */
export class LiftDetector {
  readonly #parameters: DetectionParameters;
  readonly #bets = new PlacedBets(STAKES);
  readonly #product = new RobustProduct(this.#bets, STAKES.length);
  readonly #first: number;
  readonly #counts: Map<number | null, AffectedCount>;
  readonly #q0 = new Map<number | null, number>();
  /** Counts of the periods that are too new to count towards the share, oldest first. */
  readonly #recent: { readonly period: number; readonly counts: Map<number | null, AffectedCount> }[] = [];
  #period: number;

  /** @param since counts from the onset to the alarm, by ASN */
  constructor(
    parameters: DetectionParameters,
    alarmPeriod: number,
    since: Map<number | null, AffectedCount>,
  ) {
    this.#parameters = parameters;
    this.#first = alarmPeriod;
    this.#period = alarmPeriod;
    this.#counts = since;
  }

  /**
   * One more unit.
   * @param elsewhere affected share of the outside, known before the unit
   * @returns ln R of the lift where it may have been reached, else `null`
   */
  add(
    group: number,
    unit: Moment & { readonly asn: number | null },
    affected: boolean,
    elsewhere: number,
  ): number | null {
    const { period, asn } = unit;
    if (period > this.#period) {
      this.#period = period;
      this.#q0.clear();
      this.#settle(period - LAG_PERIODS);
    }
    const q0 = this.#bound(asn);
    const lambda = Math.min(MOST_LAMBDA, Math.max(0, (1 - elsewhere - q0) / (1 - q0)));
    this.#note(period, asn, affected);
    this.#bets.add(
      group,
      period,
      slotOf(unit.measuredAt, this.#parameters),
      lambda * ((affected ? 0 : 1) / q0 - 1),
    );
    const wanted = Math.log(this.#parameters.liftThreshold);
    if (affected || this.#product.upperLogR() < wanted) return null;
    const from = Math.max(this.#first, period - this.#parameters.windowPeriods + 1);
    return logSumExp(
      this.#product.logE(from, period, {
        groups: (since) => this.#leftOut(since),
        shockSlots: shockSlotsOf(this.#parameters),
      }),
    );
  }

  /**
   * A share of those who have spoken since the start: a throttle that lasted for weeks was seen by many who say nothing
   * in the hours after its end. Two at least, where there are eight groups.
   */
  #leftOut(since: number): number {
    const { trim } = this.#parameters;
    const all = groupsLeftOut(this.#product.groupsSince(this.#first), trim);
    return Math.max(Math.min(2, all), groupsLeftOut(since, trim));
  }

  #note(period: number, asn: number | null, affected: boolean): void {
    let newest = this.#recent.at(-1);
    if (newest?.period !== period) {
      newest = { period, counts: new Map() };
      this.#recent.push(newest);
    }
    addTo(newest.counts, asn, { units: 1, affected: affected ? 1 : 0 });
  }

  /** Counts the units up to a period. */
  #settle(until: number): void {
    for (let next = this.#recent[0]; next !== undefined && next.period <= until; next = this.#recent[0]) {
      this.#recent.shift();
      for (const [asn, count] of next.counts) addTo(this.#counts, asn, count);
    }
  }

  /** q0 of an ASN as it stood when the period began. */
  #bound(asn: number | null): number {
    const known = this.#q0.get(asn);
    if (known !== undefined) return known;
    const { units, affected } = this.#counts.get(asn) ?? { units: 0, affected: 0 };
    const q0 = Math.min(MOST_Q0, Math.max(this.#parameters.minP0, 1 - lowerShare(affected, units)));
    this.#q0.set(asn, q0);
    return q0;
  }
}

function addTo(counts: Map<number | null, AffectedCount>, asn: number | null, more: AffectedCount): void {
  const count = counts.get(asn) ?? { units: 0, affected: 0 };
  counts.set(asn, count);
  count.units += more.units;
  count.affected += more.affected;
}
