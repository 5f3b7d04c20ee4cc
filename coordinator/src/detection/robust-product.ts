import { logAdd } from './bounds.js';
import { BestSlots, TopSum } from './leave-out.js';

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
  /** Upper bound of ln(sum over all starts) per lambda, nothing left out: the recursion of Shiryaev-Roberts. */
  readonly #upper: Float64Array;
  readonly #groups = new Map<number, number>();
  readonly #positive = new Set<number>();
  #logs: Float64Array;
  #periods: Int32Array;
  #slots: Float64Array;
  #unitGroups: Int32Array;
  #gains: Uint8Array;
  #count = 0;
  #first: number | null = null;
  #last = 0;

  constructor(lambdas: readonly number[]) {
    this.#lambdas = lambdas;
    this.#upper = new Float64Array(lambdas.length).fill(Number.NEGATIVE_INFINITY);
    this.#logs = new Float64Array(16 * lambdas.length);
    this.#periods = new Int32Array(16);
    this.#slots = new Float64Array(16);
    this.#unitGroups = new Int32Array(16);
    this.#gains = new Uint8Array(16);
  }

  /** Bets placed. */
  get size(): number {
    return this.#count;
  }

  /** Opens the starts up to and including `period`. */
  advance(period: number): void {
    if (this.#first === null) {
      this.#first = period;
      this.#upper.fill(0);
    } else {
      const fresh = period - this.#last;
      if (fresh <= 0) return;
      for (let l = 0; l < this.#upper.length; l++) {
        this.#upper[l] = logAdd(this.#upper[l] as number, Math.log(fresh));
      }
    }
    this.#last = period;
  }

  /**
   * Places one bet, O(lambdas).
   * @param slot number of the shock slot; bets come in the order of periods and slots
   * @param y at least -1; mean at most 0 under the null
   */
  add(group: number, period: number, slot: number, y: number): void {
    this.advance(period);
    const width = this.#lambdas.length;
    if (this.#count === this.#periods.length) this.#grow();
    const at = this.#count++;
    this.#periods[at] = period;
    this.#slots[at] = slot;
    this.#unitGroups[at] = group;
    this.#gains[at] = y > 0 ? 1 : 0;
    this.#groups.set(group, period);
    if (y > 0) this.#positive.add(group);
    for (let l = 0; l < width; l++) {
      const log = Math.log1p((this.#lambdas[l] as number) * y);
      this.#logs[at * width + l] = log;
      this.#upper[l] = (this.#upper[l] as number) + log;
    }
  }

  /** Upper bound of ln R with nothing left out, O(lambdas): most cells need no more. */
  upperLogR(): number {
    return Math.max(...this.#upper);
  }

  /** Groups with a bet since `sincePeriod`. */
  groupsSince(sincePeriod: number): number {
    let count = 0;
    for (const last of this.#groups.values()) if (last >= sincePeriod) count++;
    return count;
  }

  /**
   * ln E(s, now) for the starts `fromPeriod`..`toPeriod`, oldest first. O(bets + starts x lambdas x positive groups).
   */
  logE(fromPeriod: number, toPeriod: number, leaveOut: LeaveOut): Float64Array {
    const result = new Float64Array(Math.max(0, toPeriod - fromPeriod + 1));
    const width = this.#lambdas.length;
    const index = new Map<number, number>();
    for (const group of this.#positive) index.set(group, index.size);
    const groups = this.#unitGroups;
    const sums = this.#lambdas.map(() => new Float64Array(index.size));
    const total = new Float64Array(width);
    const values = new Float64Array(width);
    const top = new TopSum();
    const spoke = new Set<number>();
    const slots = leaveOut.bestSlot ? new BestSlots(width) : null;
    let at = this.#count - 1;
    let logE = 0;
    for (let start = toPeriod; start >= fromPeriod; start--) {
      let changed = false;
      for (; at >= 0 && (this.#periods[at] as number) >= start; at--) {
        changed = true;
        spoke.add(groups[at] as number);
        const group = index.get(groups[at] as number);
        slots?.add(this.#slots[at] as number, group ?? -1, this.#logs, at * width);
        for (let l = 0; l < width; l++) {
          const log = this.#logs[at * width + l] as number;
          total[l] = (total[l] as number) + log;
          const own = sums[l] as Float64Array;
          if (group !== undefined) own[group] = (own[group] as number) + log;
        }
      }
      if (changed) {
        top.size = leaveOut.groups(spoke.size);
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
    for (let at = this.#count - 1; at >= 0 && (this.#periods[at] as number) >= start; at--) {
      const group = this.#unitGroups[at] as number;
      let own = sums.get(group);
      if (own === undefined) {
        own = new Float64Array(width);
        sums.set(group, own);
      }
      for (let l = 0; l < width; l++) {
        const log = this.#logs[at * width + l] as number;
        total[l] = (total[l] as number) + log;
        own[l] = (own[l] as number) + log;
      }
    }
    const lambda = total.indexOf(Math.max(...total));
    return [...sums].filter(([, own]) => (own[lambda] as number) > 0).map(([group]) => group);
  }

  #grow(): void {
    const size = this.#periods.length * 2;
    const logs = new Float64Array(size * this.#lambdas.length);
    logs.set(this.#logs);
    const periods = new Int32Array(size);
    periods.set(this.#periods);
    const slots = new Float64Array(size);
    slots.set(this.#slots);
    const groups = new Int32Array(size);
    groups.set(this.#unitGroups);
    const gains = new Uint8Array(size);
    gains.set(this.#gains);
    this.#logs = logs;
    this.#periods = periods;
    this.#slots = slots;
    this.#unitGroups = groups;
    this.#gains = gains;
  }
}

function logMeanExp(values: Float64Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) max = Math.max(max, value);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - max);
  return max + Math.log(sum / values.length);
}
