import { logAdd, logSumExp, lowerShare } from './bounds.js';
import { type DetectionParameters, groupsLeftOut, type Indicator } from './parameters.js';
import { RobustProduct } from './robust-product.js';

const LOG_3 = Math.log(3);

/** Evidence of a cell per start, and its sum over the starts. */
export interface Evidence {
  /** Period of the oldest start. */
  readonly from: number;
  /** ln E(s, now) of both channels combined, oldest start first. */
  readonly logE: Float64Array;
  /** ln R. */
  readonly logR: number;
}

/** When a unit or a pair was measured. */
export interface Moment {
  readonly measuredAt: number;
  readonly period: number;
}

/** One bad hour is not a throttle: what may be left out as a shock is an hour, or a period where that is shorter. */
function slotOf(when: Moment, parameters: DetectionParameters): number {
  return Math.floor(when.measuredAt / Math.min(parameters.periodMs, parameters.shockMs));
}

/** Where a cell's ln R comes from: its own detector, or a country's mixture. */
export interface EvidenceSource {
  /** At least ln R, cheaply: most cells need no more. */
  upperLogR(indicator: Indicator): number;
  evidence(indicator: Indicator, now: number): Evidence;
}

/**
 * Detector of one place x target: both channels, one product for each indicator, sums over the starts in the window
 * (Shiryaev-Roberts). R = 1/3 sum E_platform + 1/3 sum E_swap + 1/3 sum E_platform E_swap.
 */
export class CellDetector implements EvidenceSource {
  readonly #parameters: DetectionParameters;
  readonly #platform = new Map<Indicator, RobustProduct>();
  readonly #swap: RobustProduct;
  #first: number | null = null;

  constructor(parameters: DetectionParameters, indicators: readonly Indicator[]) {
    this.#parameters = parameters;
    for (const indicator of indicators) this.#platform.set(indicator, new RobustProduct(parameters.lambdas));
    this.#swap = new RobustProduct(parameters.swapLambdas);
  }

  /** Period of the first evidence, and of the first start. */
  get firstPeriod(): number | null {
    return this.#first;
  }

  /** @param y X/p0 - 1 */
  addUnit(indicator: Indicator, group: number, when: Moment, y: number): void {
    this.#first ??= when.period;
    this.#platform.get(indicator)?.add(group, when.period, slotOf(when, this.#parameters), y);
  }

  /** @param gain g of the pair */
  addPair(group: number, when: Moment, gain: number): void {
    this.#first ??= when.period;
    this.#swap.add(group, when.period, slotOf(when, this.#parameters), gain);
  }

  /** At least ln R of the indicator, cheaply: most cells need no more. */
  upperLogR(indicator: Indicator): number {
    const platform = Math.max(0, this.#platform.get(indicator)?.upperLogR() ?? 0);
    const starts = Math.log(this.#parameters.windowPeriods);
    if (this.#swap.size === 0) return logAdd(platform + Math.LN2, starts) - LOG_3;
    // The product of two sums bounds the sum of products.
    return logAdd(platform, starts) + logAdd(this.#swap.upperLogR(), starts);
  }

  /** Groups left out of the platform channel now. */
  leftOut(now: number): number {
    return groupsLeftOut(this.groups(now), this.#parameters.trim);
  }

  /** Independent groups of the window: the most that any indicator has (they see the same units). */
  groups(now: number): number {
    const [platform] = this.#platform.values();
    return platform?.groupsSince(this.#oldest(now)) ?? 0;
  }

  /**
   * Evidence of an indicator as it stands in period `now`.
   * @param without groups left out on top of f (deletion of witnesses)
   */
  evidence(indicator: Indicator, now: number, without = 0): Evidence {
    const from = this.#oldest(now);
    const platform = this.#platformLogE(indicator, from, now, without);
    const swap = this.#swap.size === 0 ? null : this.swapLogE(from, now, without);
    const logE = platform.map((p, i) => combined(p, swap?.[i] ?? 0));
    return { from, logE, logR: logSumExp(logE) };
  }

  /** ln E of the swap channel for each start; no slot is left out: its coin is fair in the worst hour, too. */
  swapLogE(from: number, now: number, without = 0): Float64Array {
    const groups = groupsLeftOut(this.#swap.groupsSince(this.#oldest(now)) - without, this.#parameters.trim);
    return this.#swap.logE(from, now, { groups: groups + without, bestSlot: false });
  }

  /** Pairs in the swap channel. */
  get pairs(): number {
    return this.#swap.size;
  }

  /** Groups that speak for an incident since `start`, in either channel. */
  positiveGroups(indicator: Indicator, start: number): number[] {
    const platform = this.#platform.get(indicator)?.positiveGroups(start) ?? [];
    return [...new Set([...platform, ...(this.#swap.size === 0 ? [] : this.#swap.positiveGroups(start))])];
  }

  /** ln E of the platform channel alone. */
  platformLogE(indicator: Indicator, now: number): Float64Array {
    return this.#platformLogE(indicator, this.#oldest(now), now, 0);
  }

  #platformLogE(indicator: Indicator, from: number, now: number, without: number): Float64Array {
    const product = this.#platform.get(indicator);
    if (product === undefined) return new Float64Array(now - from + 1);
    const groups = groupsLeftOut(this.groups(now) - without, this.#parameters.trim) + without;
    return product.logE(from, now, { groups, bestSlot: !this.#parameters.plain });
  }

  #oldest(now: number): number {
    return Math.max(this.#first ?? now, now - this.#parameters.windowPeriods + 1);
  }
}

/** ln of (E_platform + E_swap + E_platform E_swap) / 3. */
function combined(platform: number, swap: number): number {
  return logAdd(logAdd(platform, swap), platform + swap) - LOG_3;
}

/**
 * Detector of the end: X' = 1 - X against q0 = 1 - lower bound of the affected share since the onset, starts after the
 * alarm. The share is that of the periods before, so q0 is known when a unit comes.
 */
export class LiftDetector {
  readonly #parameters: DetectionParameters;
  readonly #product: RobustProduct;
  readonly #first: number;
  #period: number;
  #affected: number;
  #units: number;
  #q0: number;

  constructor(
    parameters: DetectionParameters,
    alarmPeriod: number,
    since: { units: number; affected: number },
  ) {
    this.#parameters = parameters;
    this.#product = new RobustProduct(parameters.lambdas);
    this.#first = alarmPeriod;
    this.#period = alarmPeriod;
    this.#units = since.units;
    this.#affected = since.affected;
    this.#q0 = this.#bound();
  }

  /** @returns ln R of the lift where it may have been reached, else `null` */
  add(group: number, when: Moment, affected: boolean): number | null {
    const { period } = when;
    if (period > this.#period) {
      this.#period = period;
      this.#q0 = this.#bound();
    }
    this.#units++;
    if (affected) this.#affected++;
    this.#product.add(group, period, slotOf(when, this.#parameters), (affected ? 0 : 1) / this.#q0 - 1);
    const wanted = Math.log(this.#parameters.liftThreshold);
    if (affected || this.#product.upperLogR() < wanted) return null;
    const from = Math.max(this.#first, period - this.#parameters.windowPeriods + 1);
    const groups = groupsLeftOut(this.#product.groupsSince(from), this.#parameters.trim);
    return logSumExp(this.#product.logE(from, period, { groups, bestSlot: !this.#parameters.plain }));
  }

  #bound(): number {
    const q0 = 1 - lowerShare(this.#affected, this.#units);
    return Math.min(0.95, Math.max(this.#parameters.minP0, q0));
  }
}
