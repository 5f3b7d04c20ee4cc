import type { Bets } from './bets.js';
import { logAdd, logMeanExp } from './bounds.js';
import { GroupRoll } from './group-roll.js';
import { BestShocks, TopSum } from './leave-out.js';

/** Which part of the evidence is left out before it counts. */
export interface LeaveOut {
  /** f: how many groups, those with the largest positive log-products, where `since` have bet since the start. */
  readonly groups: (since: number) => number;
  /** Length of the one shock that is left out, too, in consecutive slots; 0 for none. */
  readonly shockSlots: number;
}

/**
 * Robust product of bets, method section 4: for each start s the mixture over lambda of
 * `exp(sum of log(1 + lambda y) since s, without the f best groups and the best shock)`.
 *
 * Every y must have a mean of at most 0 given the past (platform: X/p0 - 1; swap: g), and be at least -1. Then E(s, t)
 * is at most the product over any set of groups and slots that leaves out f groups and one shock, hence over the
 * honest ones in ordinary hours, whoever lied or joined when: what is left out is the pair (f groups, one shock) that
 * together takes away most.
 */
export class RobustProduct {
  readonly #bets: Bets;
  readonly #width: number;
  readonly #roll: GroupRoll;
  readonly #upper: Upper;

  /**
   * @param bets what has been placed; there may be more of them each time something is asked
   * @param width lambdas of a bet
   */
  constructor(bets: Bets, width: number) {
    this.#bets = bets;
    this.#width = width;
    this.#roll = new GroupRoll(bets);
    this.#upper = new Upper(width);
  }

  /** Bets placed. */
  get size(): number {
    return this.#bets.size;
  }

  /** Upper bound of ln R with nothing left out, O(lambdas) for each bet placed since it was asked last. */
  upperLogR(): number {
    for (let at = this.#upper.bets; at < this.size; at++) {
      this.#upper.add(this.#bets.period(at), this.#bets.bet(at).logs);
    }
    return this.#upper.logR();
  }

  /** Groups with a bet since `sincePeriod`. */
  groupsSince(sincePeriod: number): number {
    return this.#roll.since(sincePeriod);
  }

  /**
   * ln E(s, now) for the starts `fromPeriod`..`toPeriod`, oldest first. O(bets + starts x lambdas x winning groups).
   */
  logE(fromPeriod: number, toPeriod: number, leaveOut: LeaveOut): Float64Array {
    const result = new Float64Array(Math.max(0, toPeriod - fromPeriod + 1));
    const width = this.#width;
    const roll = this.#roll;
    const groups = roll.read();
    const sums = Array.from({ length: width }, () => new Float64Array(roll.winners));
    const total = new Float64Array(width);
    const values = new Float64Array(width);
    const top = new TopSum();
    const spoke = new Uint8Array(roll.size);
    let spoken = 0;
    const winnerOf = (i: number) => roll.winner(groups[i] as number);
    const { shockSlots } = leaveOut;
    const shocks = shockSlots > 0 ? new BestShocks(width, shockSlots, this.#bets, winnerOf) : null;
    let at = this.size - 1;
    let logE = 0;
    for (let start = toPeriod; start >= fromPeriod; start--) {
      let changed = false;
      for (; at >= 0 && this.#bets.period(at) >= start; at--) {
        changed = true;
        const group = groups[at] as number;
        const own = roll.winner(group);
        const { logs } = this.#bets.bet(at);
        if (spoke[group] === 0) spoken++;
        spoke[group] = 1;
        shocks?.add(at, logs);
        for (let l = 0; l < width; l++) {
          const log = logs[l] as number;
          total[l] = (total[l] as number) + log;
          if (own === -1) continue;
          const sum = sums[l] as Float64Array;
          sum[own] = (sum[own] as number) + log;
        }
      }
      if (changed) {
        top.size = leaveOut.groups(spoken);
        for (let l = 0; l < width; l++) {
          const own = sums[l] as Float64Array;
          values[l] = (total[l] as number) - (shocks?.mostWith(top, own, l) ?? top.of(own));
        }
        logE = logMeanExp(values);
      }
      result[start - fromPeriod] = logE;
    }
    return result;
  }

  /** Groups whose log-product since `start` is positive for the lambda with the largest product, nothing left out. */
  positiveGroups(start: number): number[] {
    const width = this.#width;
    const total = new Float64Array(width);
    const sums = new Map<number, Float64Array>();
    const groups = this.#roll.read();
    for (let at = this.size - 1; at >= 0 && this.#bets.period(at) >= start; at--) {
      const group = groups[at] as number;
      let own = sums.get(group);
      if (own === undefined) {
        own = new Float64Array(width);
        sums.set(group, own);
      }
      const { logs } = this.#bets.bet(at);
      for (let l = 0; l < width; l++) {
        const log = logs[l] as number;
        total[l] = (total[l] as number) + log;
        own[l] = (own[l] as number) + log;
      }
    }
    const lambda = total.indexOf(Math.max(...total));
    const positive = [...sums].filter(([, own]) => (own[lambda] as number) > 0);
    return positive.map(([group]) => this.#roll.name(group));
  }
}

/** Upper bound of ln(sum over all starts) per lambda, nothing left out: the recursion of Shiryaev-Roberts. */
class Upper {
  bets = 0;
  readonly #logs: Float64Array;
  #last: number | null = null;

  constructor(width: number) {
    this.#logs = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
  }

  add(period: number, logs: Float64Array): void {
    this.bets++;
    const fresh = this.#last === null ? 1 : period - this.#last;
    if (fresh > 0) this.#last = period;
    for (let l = 0; l < this.#logs.length; l++) {
      let own = this.#logs[l] as number;
      if (fresh > 0) own = logAdd(own, Math.log(fresh));
      this.#logs[l] = own + (logs[l] as number);
    }
  }

  logR(): number {
    return Math.max(...this.#logs);
  }
}
