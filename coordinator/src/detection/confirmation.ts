import { PlacedBets } from './bets.js';
import { type DetectionParameters, groupsLeftOut } from './parameters.js';
import { RobustProduct } from './robust-product.js';
import type { SwapPair } from './types.js';

/**
 * What the swap pairs say after suspicion arose: those before may be why it did, and would confirm themselves. From it
 * comes the grade `sni-triggered`.
 */
export class Confirmation {
  /** Period in which suspicion arose. */
  readonly since: number;
  readonly #parameters: DetectionParameters;
  readonly #bets: PlacedBets;
  readonly #product: RobustProduct;

  constructor(since: number, parameters: DetectionParameters) {
    const { swapLambdas } = parameters;
    this.since = since;
    this.#parameters = parameters;
    this.#bets = new PlacedBets(swapLambdas);
    this.#product = new RobustProduct(this.#bets, swapLambdas.length);
  }

  add(group: number, { period, gain }: Pick<SwapPair, 'period' | 'gain'>): void {
    this.#bets.add(group, period, period, gain);
  }

  /**
   * ln of the e-value, f groups left out: of all that the cell has, for liars are no fewer for being the only ones who
   * run swap pairs.
   * @param groups of the cell
   */
  logE(groups: number): number {
    if (this.#bets.size === 0) return 0;
    const leftOut = (spoke: number) => groupsLeftOut(Math.max(spoke, groups), this.#parameters.trim);
    return this.#product.logE(this.since, this.since, { groups: leftOut, shockSlots: 0 })[0] ?? 0;
  }
}
