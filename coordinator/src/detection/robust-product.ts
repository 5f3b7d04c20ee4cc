import { type Bet, betOn } from './bet.js';
import { logAdd } from './bounds.js';
import { BestSlots, TopSum } from './leave-out.js';
import { Turns } from './turns.js';

/** Which part of the evidence is left out before it counts. */
export interface LeaveOut {
  /** f: how many groups, those with the largest positive log-products, where `since` have bet since the start. */
  readonly groups: (since: number) => number;
  /** Leave out the one shock slot (an hour, or the period where shorter) with the largest log-sum, too. */
  readonly bestSlot: boolean;
}

/**
 * Robust product of bets, method section 4: for each start s the mixture over lambda of
 * `exp(sum of log(1 + lambda y) since s, without the f best groups and the best slot)`.
 *
 * Every y must have a mean of at most 0 given the past (platform: X/p0 - 1; swap: g), and be at least -1. Then E(s, t)
 * is at most the product over any set of groups and slots that leaves out f groups and one slot, hence over the
 * honest ones in ordinary hours, whoever lied or joined when: what is left out is the pair (f groups, one slot) that
 * together takes away most.
 */
export class RobustProduct {
  readonly #lambdas: readonly number[];
  readonly #turns: Turns;
  readonly #bets: Bet[] = [];
  /** Of each group that has won a bet, its number among those; in the order of their first win. */
  readonly #winners = new Map<number, number>();
  /** Bets of which the winners are known. */
  #known = 0;
  readonly #upper: Upper;

  /** @param turns of a channel whose products place their bets on the same units */
  constructor(lambdas: readonly number[], turns = new Turns()) {
    this.#lambdas = lambdas;
    this.#turns = turns;
    this.#upper = new Upper(lambdas.length);
  }

  /** Bets placed. */
  get size(): number {
    return this.#bets.length;
  }

  /** Places the bet of the turn taken last, O(1): nothing is worked out before somebody asks. */
  place(bet: Bet): void {
    this.#bets.push(bet);
  }

  /**
   * Takes a turn and places its bet.
   * @param slot number of the shock slot; bets come in the order of periods and slots
   * @param y at least -1; mean at most 0 under the null
   */
  add(group: number, period: number, slot: number, y: number): void {
    this.#turns.add(group, period, slot);
    this.place(betOn(y, this.#lambdas));
  }

  /** Upper bound of ln R with nothing left out, O(lambdas) for each bet placed since it was asked last. */
  upperLogR(): number {
    for (let at = this.#upper.bets; at < this.size; at++) {
      this.#upper.add(this.#turns.period(at), (this.#bets[at] as Bet).logs);
    }
    return this.#upper.logR();
  }

  /** Groups with a bet since `sincePeriod`. */
  groupsSince(sincePeriod: number): number {
    return this.#turns.groupsSince(sincePeriod);
  }

  /**
   * ln E(s, now) for the starts `fromPeriod`..`toPeriod`, oldest first. O(bets + starts x lambdas x winning groups).
   */
  logE(fromPeriod: number, toPeriod: number, leaveOut: LeaveOut): Float64Array {
    const result = new Float64Array(Math.max(0, toPeriod - fromPeriod + 1));
    const width = this.#lambdas.length;
    const winner = this.#winnerOf();
    const groups = this.#turns.groups();
    const sums = this.#lambdas.map(() => new Float64Array(this.#winners.size));
    const total = new Float64Array(width);
    const values = new Float64Array(width);
    const top = new TopSum();
    const spoke = new Uint8Array(winner.length);
    let spoken = 0;
    const slots = leaveOut.bestSlot ? new BestSlots(width) : null;
    let at = this.size - 1;
    let logE = 0;
    for (let start = toPeriod; start >= fromPeriod; start--) {
      let changed = false;
      for (; at >= 0 && this.#turns.period(at) >= start; at--) {
        changed = true;
        const group = groups[at] as number;
        const own = winner[group] as number;
        const { logs } = this.#bets[at] as Bet;
        if (spoke[group] === 0) spoken++;
        spoke[group] = 1;
        slots?.add(this.#turns.slot(at), own, logs);
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
          values[l] = (total[l] as number) - (slots?.mostWith(top, own, l) ?? top.of(own));
        }
        logE = logMeanExp(values);
      }
      result[start - fromPeriod] = logE;
    }
    return result;
  }

  /** Groups whose log-product since `start` is positive for the lambda with the largest product, nothing left out. */
  positiveGroups(start: number): number[] {
    const width = this.#lambdas.length;
    const total = new Float64Array(width);
    const sums = new Map<number, Float64Array>();
    const groups = this.#turns.groups();
    for (let at = this.size - 1; at >= 0 && this.#turns.period(at) >= start; at--) {
      const group = groups[at] as number;
      let own = sums.get(group);
      if (own === undefined) {
        own = new Float64Array(width);
        sums.set(group, own);
      }
      const { logs } = this.#bets[at] as Bet;
      for (let l = 0; l < width; l++) {
        const log = logs[l] as number;
        total[l] = (total[l] as number) + log;
        own[l] = (own[l] as number) + log;
      }
    }
    const lambda = total.indexOf(Math.max(...total));
    const positive = [...sums].filter(([, own]) => (own[lambda] as number) > 0);
    return positive.map(([group]) => this.#turns.name(group));
  }

  /** By group: its number among those that have won a bet, or -1. Only they can be worth leaving out. */
  #winnerOf(): Int32Array {
    const groups = this.#turns.groups();
    for (; this.#known < this.size; this.#known++) {
      const group = groups[this.#known] as number;
      if ((this.#bets[this.#known] as Bet).y > 0 && !this.#winners.has(group)) {
        this.#winners.set(group, this.#winners.size);
      }
    }
    const winner = new Int32Array(this.#turns.groupCount()).fill(-1);
    for (const [group, number] of this.#winners) winner[group] = number;
    return winner;
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

function logMeanExp(values: Float64Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) max = Math.max(max, value);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - max);
  return max + Math.log(sum / values.length);
}
