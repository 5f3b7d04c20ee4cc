import type { Bet } from './bet.js';
import { PlacedBets } from './bets.js';
import { logAdd, logSumExp } from './bounds.js';
import type { Evidence, EvidenceSource } from './cell-evidence.js';
import { type Moment, shockSlotsOf, slotOf } from './moment.js';
import { type DetectionParameters, groupsLeftOut, type Indicator } from './parameters.js';
import { RobustProduct } from './robust-product.js';
import { CellBets, type Stakes } from './stakes.js';
import { type FirstSeen, logWeight } from './start-weight.js';
import { UpperBound } from './upper-bound.js';

const LOG_3 = Math.log(3);

/** The bets of one indicator. */
interface Channel {
  readonly indicator: Indicator;
  readonly product: RobustProduct;
  readonly upper: UpperBound;
}

/**
 * Detector of one place x target: both channels, one product for each indicator, sums over the starts in the window
 * (Shiryaev-Roberts):
 *
 *     R_i = sum over starts s of w_i(s) (1/3 E_platform + 1/3 E_swap + 1/3 E_platform E_swap)
 *
 * The sum of R_i over the indicators is a mixture of e-detectors, hence one itself, if the weights of a start are known
 * when it begins. So they go to what was seen before it: 1/k for each of the k indicators that somebody, somewhere, had
 * shown (`slow` always counts), 0 for the others; and before this cell's first swap pair the part of E_swap alone goes to
 * the other two, half and half. An alarm at R_i >= A is one at sum R_i >= A: the false alarms of all indicators together
 * are those that A promises.
 */
export class CellDetector implements EvidenceSource {
  readonly #parameters: DetectionParameters;
  readonly #stakes: Stakes;
  readonly #units: number[] = [];
  readonly #platform: readonly Channel[];
  readonly #pairs: PlacedBets;
  readonly #swap: RobustProduct;
  readonly #seen: FirstSeen;
  #first: number | null = null;
  #firstPair: number | null = null;
  /** What was worked out last, until there is more evidence. */
  #last: {
    readonly indicator: Indicator;
    readonly now: number;
    readonly without: number;
    readonly evidence: Evidence;
  } | null = null;

  constructor(
    parameters: DetectionParameters,
    indicators: readonly Indicator[],
    seen: FirstSeen,
    stakes: Stakes,
  ) {
    const { lambdas, swapLambdas } = parameters;
    this.#parameters = parameters;
    this.#seen = seen;
    this.#stakes = stakes;
    this.#platform = indicators.map((indicator, i) => ({
      indicator,
      product: new RobustProduct(new CellBets(stakes, this.#units, i), lambdas.length),
      upper: new UpperBound(lambdas.length, swapLambdas.length),
    }));
    this.#pairs = new PlacedBets(swapLambdas);
    this.#swap = new RobustProduct(this.#pairs, swapLambdas.length);
  }

  /** Period of the first evidence, and of the first start. */
  get firstPeriod(): number | null {
    return this.#first;
  }

  /** Positions of its units in the stakes. */
  get units(): readonly number[] {
    return this.#units;
  }

  /** @param at position of a unit in the stakes */
  addUnit(at: number): void {
    const period = this.#stakes.period(at);
    const bets = this.#stakes.bets(at);
    this.#first ??= period;
    this.#last = null;
    this.#units.push(at);
    for (let i = 0; i < bets.length; i++) (this.#platform[i] as Channel).upper.unit(period, bets[i] as Bet);
  }

  /** @param gain g of the pair */
  addPair(group: number, { period, measuredAt }: Moment, gain: number): void {
    this.#first ??= period;
    this.#firstPair ??= period;
    this.#last = null;
    const bet = this.#pairs.add(group, period, slotOf(measuredAt, this.#parameters), gain);
    for (const { upper } of this.#platform) upper.pair(period, bet);
  }

  mayReach(indicator: Indicator, logR: number): boolean {
    const upper = this.#channel(indicator)?.upper;
    // Starts since the last bet: E = 1.
    const quiet = Math.log(this.#parameters.windowPeriods);
    if (upper === undefined) return quiet >= logR;
    return logAdd(upper.atMost(), quiet) >= logR && logAdd(upper.logR(), quiet) >= logR;
  }

  /** Groups left out of the platform channel now. */
  leftOut(now: number): number {
    return groupsLeftOut(this.groups(now), this.#parameters.trim);
  }

  /** Independent groups of the window: the most that any indicator has (they see the same units). */
  groups(now: number): number {
    return this.#platform[0]?.product.groupsSince(this.#oldest(now)) ?? 0;
  }

  /**
   * Evidence of an indicator as it stands in period `now`.
   * @param without groups left out on top of f (deletion of witnesses)
   */
  evidence(indicator: Indicator, now: number, without = 0): Evidence {
    const last = this.#last;
    if (last?.indicator === indicator && last.now === now && last.without === without) return last.evidence;
    const evidence = this.#evidence(indicator, now, without);
    this.#last = { indicator, now, without, evidence };
    return evidence;
  }

  #evidence(indicator: Indicator, now: number, without: number): Evidence {
    const from = this.#oldest(now);
    const platform = this.#platformLogE(indicator, from, now, without);
    const swap = this.#swap.size === 0 ? null : this.swapLogE(from, now, without);
    const logE = platform.map((p, i) => {
      const start = from + i;
      const paired = this.#firstPair !== null && start > this.#firstPair;
      return this.logWeight(indicator, start) + combined(p, swap?.[i] ?? 0, paired);
    });
    return { from, logE, logR: logSumExp(logE) };
  }

  /** ln w_i(s) */
  logWeight(indicator: Indicator, start: number): number {
    return logWeight(indicator, start, this.#seen);
  }

  /**
   * ln E of the swap channel for each start. No shock is left out: its coin is fair in the worst hour, too. But f is that of
   * the whole cell: liars are no fewer for being the only ones who run swap pairs.
   */
  swapLogE(from: number, now: number, without = 0): Float64Array {
    const all = Math.max(this.groups(now), this.#swap.groupsSince(this.#oldest(now)));
    const groups = groupsLeftOut(all - without, this.#parameters.trim);
    return this.#swap.logE(from, now, { groups: () => groups + without, shockSlots: 0 });
  }

  /** Pairs in the swap channel. */
  get pairs(): number {
    return this.#swap.size;
  }

  /** Groups that speak for an incident since `start`, in either channel. */
  positiveGroups(indicator: Indicator, start: number): number[] {
    const platform = this.#channel(indicator)?.product.positiveGroups(start) ?? [];
    return [...new Set([...platform, ...(this.#swap.size === 0 ? [] : this.#swap.positiveGroups(start))])];
  }

  /** ln E of the platform channel alone. */
  platformLogE(indicator: Indicator, now: number): Float64Array {
    return this.#platformLogE(indicator, this.#oldest(now), now, 0);
  }

  #platformLogE(indicator: Indicator, from: number, now: number, without: number): Float64Array {
    const product = this.#channel(indicator)?.product;
    if (product === undefined) return new Float64Array(now - from + 1);
    const groups = groupsLeftOut(this.groups(now) - without, this.#parameters.trim) + without;
    return product.logE(from, now, { groups: () => groups, shockSlots: shockSlotsOf(this.#parameters) });
  }

  #channel(indicator: Indicator): Channel | undefined {
    for (const channel of this.#platform) if (channel.indicator === indicator) return channel;
    return undefined;
  }

  #oldest(now: number): number {
    return Math.max(this.#first ?? now, now - this.#parameters.windowPeriods + 1);
  }
}

/** ln of (E_platform + E_swap + E_platform E_swap) / 3; of (E_platform + E_platform E_swap) / 2 where not yet paired. */
function combined(platform: number, swap: number, paired: boolean): number {
  const both = logAdd(platform, platform + swap);
  return paired ? logAdd(both, swap) - LOG_3 : both - Math.LN2;
}
