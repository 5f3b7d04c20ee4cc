import type { Bet } from './bet.js';
import { largest, logAdd, logMeanExp } from './bounds.js';

const LOG_3 = Math.log(3);
const LOG_4 = Math.log(4);

/**
 * At least ln R of a cell at any time, cheaply: the same bets with nothing left out and no start forgotten, by the
 * recursion of Shiryaev-Roberts (sum over starts, times the bet's factor, plus one per new start), one for each bet of
 * the platform channel, of the swap channel, and of their product. O(bets x swap bets) a pair or unit.
 */
export class UpperBound {
  readonly #swapWidth: number;
  readonly #platform: Float64Array;
  /** `null` until the first pair: E_swap = 1 for every start. */
  #swap: { readonly alone: Float64Array; readonly joint: Float64Array } | null = null;
  /** First and last period with a start. */
  #first: number | null = null;
  #last = 0;

  /** How many lambdas the bets of each channel have. */
  constructor(width: number, swapWidth: number) {
    this.#platform = new Float64Array(width);
    this.#swapWidth = swapWidth;
  }

  unit(period: number, { logs }: Bet): void {
    this.#advance(period);
    const width = this.#swapWidth;
    for (let l = 0; l < this.#platform.length; l++) {
      const log = logs[l] as number;
      this.#platform[l] = (this.#platform[l] as number) + log;
      if (this.#swap === null) continue;
      const { joint } = this.#swap;
      for (let i = l * width; i < (l + 1) * width; i++) joint[i] = (joint[i] as number) + log;
    }
  }

  pair(period: number, { logs }: Bet): void {
    this.#advance(period);
    const width = this.#swapWidth;
    this.#swap ??= {
      alone: new Float64Array(width).fill(Math.log(period - (this.#first as number) + 1)),
      joint: Float64Array.from({ length: this.#platform.length * width }, (_, i) =>
        Number(this.#platform[Math.floor(i / width)]),
      ),
    };
    const { alone, joint } = this.#swap;
    for (let k = 0; k < width; k++) {
      const log = logs[k] as number;
      alone[k] = (alone[k] as number) + log;
      for (let i = k; i < joint.length; i += width) joint[i] = (joint[i] as number) + log;
    }
  }

  /** At least {@link logR}, for a few comparisons. */
  atMost(): number {
    if (this.#first === null) return Number.NEGATIVE_INFINITY;
    const platform = largest(this.#platform);
    if (this.#swap === null) return platform;
    // The three weights sum to 4/3.
    return Math.max(platform, largest(this.#swap.joint), largest(this.#swap.alone)) + LOG_4 - LOG_3;
  }

  /** ln of the bound: sum of E_platform / 2 + sum of E_swap / 3 + sum of their product / 2, as of the last bet. */
  logR(): number {
    if (this.#first === null) return Number.NEGATIVE_INFINITY;
    const platform = logMeanExp(this.#platform);
    if (this.#swap === null) return platform;
    const both = logAdd(platform, logMeanExp(this.#swap.joint)) - Math.LN2;
    return logAdd(both, logMeanExp(this.#swap.alone) - LOG_3);
  }

  #advance(period: number): void {
    if (this.#first === null) {
      this.#first = period;
      this.#last = period;
      return;
    }
    const fresh = period - this.#last;
    if (fresh <= 0) return;
    this.#last = period;
    const log = Math.log(fresh);
    for (const sums of [this.#platform, this.#swap?.alone, this.#swap?.joint]) {
      if (sums === undefined) continue;
      for (let i = 0; i < sums.length; i++) sums[i] = logAdd(sums[i] as number, log);
    }
  }
}
