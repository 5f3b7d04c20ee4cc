import { nullShare, type Outside } from './baseline.js';
import { type Bet, betOn } from './bet.js';
import { FLAG } from './flags.js';
import type { DetectionParameters } from './parameters.js';

/** The bets that units of one country may place in one period: by what their subnet showed before, and what it shows. */
export class PlatformBets {
  readonly #flag: number;
  /** Of a first unit, after a normal one, after an affected one; of each X = 0, X = 1. */
  readonly #bets: readonly Bet[];

  constructor(outside: Outside, parameters: DetectionParameters) {
    this.#flag = FLAG[outside.indicator];
    this.#bets = [-1, 0, this.#flag].flatMap((previous) => {
      const p = nullShare(outside, previous, parameters.plain);
      // No basis, no bet: a start with nothing staked neither gains nor loses.
      const staked = outside.state !== 'insufficient';
      return [0, 1].map((x) => betOn(staked ? x / p - 1 : 0, parameters.lambdas));
    });
  }

  /** @param previous flags of the unit before of the same subnet and ASN; -1 for the first */
  of(previous: number, flags: number): Bet {
    const before = previous < 0 ? 0 : (previous & this.#flag) === 0 ? 2 : 4;
    return this.#bets[before + ((flags & this.#flag) === 0 ? 0 : 1)] as Bet;
  }
}
