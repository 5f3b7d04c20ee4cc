import { logAdd } from './bounds.js';

/** Which part of the evidence is left out before it counts. */
export interface LeaveOut {
  /** f: groups with the largest positive log-products. */
  readonly groups: number;
  /** Leave out the one period with the largest log-sum, too. */
  readonly bestPeriod: boolean;
}

/**
 * Robust product of bets, method section 4: for each start s the mixture over lambda of
 * `exp(sum of log(1 + lambda y) since s, without the f best groups and the best period)`.
 *
 * Every y must have a mean of at most 0 given the past (platform: X/p0 - 1; swap: g), and be at least -1. Then E(s, t)
 * is at most the product over any set of groups and periods that leaves out f groups and one period, hence over the
 * honest ones in ordinary hours, whoever lied or joined when. For that to hold for both at once, the best period counts
 * the positive bets of *all* groups: what is left out twice only makes E smaller.
 */
export class RobustProduct {
  readonly #lambdas: readonly number[];
  /** Upper bound of ln(sum over all starts) per lambda, nothing left out: the recursion of Shiryaev-Roberts. */
  readonly #upper: Float64Array;
  readonly #groups = new Map<number, number>();
  readonly #positive = new Set<number>();
  #logs: Float64Array;
  #periods: Int32Array;
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
   * @param y at least -1; mean at most 0 under the null
   */
  add(group: number, period: number, y: number): void {
    this.advance(period);
    const width = this.#lambdas.length;
    if (this.#count === this.#periods.length) this.#grow();
    const at = this.#count++;
    this.#periods[at] = period;
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
    const sums = new Float64Array(index.size * width);
    const total = new Float64Array(width);
    const periodGain = new Float64Array(width);
    const best = new Float64Array(width);
    const values = new Float64Array(width);
    const top = new TopSum(leaveOut.groups);
    let at = this.#count - 1;
    let logE = 0;
    for (let start = toPeriod; start >= fromPeriod; start--) {
      let changed = false;
      periodGain.fill(0);
      for (; at >= 0 && (this.#periods[at] as number) >= start; at--) {
        changed = true;
        const group = index.get(this.#unitGroups[at] as number);
        for (let l = 0; l < width; l++) {
          const log = this.#logs[at * width + l] as number;
          total[l] = (total[l] as number) + log;
          if (group !== undefined)
            sums[l * index.size + group] = (sums[l * index.size + group] as number) + log;
          if (this.#gains[at] === 1) periodGain[l] = (periodGain[l] as number) + log;
        }
      }
      if (changed) {
        for (let l = 0; l < width; l++) {
          best[l] = Math.max(best[l] as number, periodGain[l] as number);
          const groups = top.of(sums, l * index.size, (l + 1) * index.size);
          values[l] = (total[l] as number) - groups - (leaveOut.bestPeriod ? (best[l] as number) : 0);
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
    const groups = new Int32Array(size);
    groups.set(this.#unitGroups);
    const gains = new Uint8Array(size);
    gains.set(this.#gains);
    [this.#logs, this.#periods, this.#unitGroups, this.#gains] = [logs, periods, groups, gains];
  }
}

/** Sum of the f largest positive numbers of a range. */
class TopSum {
  readonly #size: number;
  readonly #heap: Float64Array;

  constructor(size: number) {
    this.#size = size;
    this.#heap = new Float64Array(size);
  }

  of(values: Float64Array, from: number, to: number): number {
    if (this.#size === 0) return 0;
    if (to - from <= this.#size) {
      let sum = 0;
      for (let i = from; i < to; i++) sum += Math.max(0, values[i] as number);
      return sum;
    }
    // A min-heap of zeros: only positive numbers ever enter.
    const heap = this.#heap.fill(0);
    for (let i = from; i < to; i++) {
      const value = values[i] as number;
      if (value > (heap[0] as number)) this.#replaceLeast(value);
    }
    let sum = 0;
    for (let i = 0; i < this.#size; i++) sum += heap[i] as number;
    return sum;
  }

  #replaceLeast(value: number): void {
    const heap = this.#heap;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && (heap[child + 1] as number) < (heap[child] as number)) child++;
      if ((heap[child] as number) >= value) break;
      heap[hole] = heap[child] as number;
      hole = child;
    }
    heap[hole] = value;
  }
}

function logMeanExp(values: Float64Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) max = Math.max(max, value);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - max);
  return max + Math.log(sum / values.length);
}
