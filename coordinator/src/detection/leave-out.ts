import type { Bets } from './bets.js';

/** Sum of the f largest positive numbers, in linear time (Hoare's selection). */
export class TopSum {
  /** f. */
  size = 0;
  #scratch = new Float64Array(0);

  of(values: Float64Array): number {
    if (this.size === 0) return 0;
    if (this.#scratch.length < values.length) this.#scratch = new Float64Array(values.length);
    const kept = this.#scratch;
    let count = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (value > 0) kept[count++] = value;
    }
    const size = Math.min(this.size, count);
    if (size < count) selectLargest(kept, count, size);
    let sum = 0;
    for (let i = 0; i < size; i++) sum += kept[i] as number;
    return sum;
  }
}

/** Moves the `size` largest of the first `count` numbers to the front. */
function selectLargest(values: Float64Array, count: number, size: number): void {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number;
    let i = low;
    let j = high;
    while (i <= j) {
      while ((values[i] as number) > pivot) i++;
      while ((values[j] as number) < pivot) j--;
      if (i > j) break;
      const swapped = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = swapped;
    }
    if (size - 1 <= j) high = j;
    else if (size - 1 >= i) low = i;
    else return;
  }
}

/** Slots that are looked at one by one; of further ones the bound is used. */
const CANDIDATES = 8;
/** In larger cells one slot shares little with the f best groups: the bound alone, which costs nothing, will do. */
const EXACT_GROUPS = 200;

/** What sums of a few thousand logarithms may be off by. */
const ROUNDING = 1e-9;

/** One shock slot: which bets are its, and per lambda their sum and the sum of the positive ones. */
interface Slot {
  readonly number: number;
  /** Its newest bet, and its oldest one so far. */
  readonly newest: number;
  oldest: number;
  readonly sum: number[];
  readonly positive: number[];
  /** The least of its bets, and bets beyond the first of their group. */
  readonly least: number[];
  repeated: number;
}

/**
 * The most that one slot and f groups can take away together. Exact for the best few slots by the sum of their positive
 * bets; beyond them their bound, which takes away more, never less.
 */
export class BestSlots {
  readonly #width: number;
  readonly #bets: Bets;
  readonly #winnerOf: (i: number) => number;
  readonly #best: Slot[][];
  #current: Slot | null = null;
  /** By group: newest bet of the slot in which it spoke last. */
  readonly #spokeIn: number[] = [];

  /** @param winnerOf place of a bet's group in the sums; -1 for a group that never won, which has none */
  constructor(width: number, bets: Bets, winnerOf: (i: number) => number) {
    this.#width = width;
    this.#bets = bets;
    this.#winnerOf = winnerOf;
    this.#best = Array.from({ length: width }, () => []);
  }

  /** One bet more: the one before those that are in already. */
  add(i: number, logs: Float64Array): void {
    const number = this.#bets.slot(i);
    if (this.#current?.number !== number) this.#open(number, i);
    const slot = this.#current as Slot;
    slot.oldest = i;
    const group = this.#winnerOf(i);
    if (group !== -1) {
      if (this.#spokeIn[group] === slot.newest) slot.repeated++;
      this.#spokeIn[group] = slot.newest;
    }
    for (let l = 0; l < this.#width; l++) {
      const log = logs[l] as number;
      slot.sum[l] = (slot.sum[l] as number) + log;
      if (log > 0) slot.positive[l] = (slot.positive[l] as number) + log;
      else if (log < (slot.least[l] as number)) slot.least[l] = log;
    }
  }

  /** max over slots of (sum of the slot + f best groups without the slot). */
  mostWith(top: TopSum, groups: Float64Array, l: number): number {
    const alone = top.of(groups);
    const candidates = this.#best[l] as Slot[];
    if (groups.length > EXACT_GROUPS) {
      return alone + Math.max(candidates[0]?.positive[l] ?? 0, this.#current?.positive[l] ?? 0);
    }
    let most = alone;
    const current = this.#current;
    if (current !== null && most < atMost(current, alone, top.size, l)) {
      most = Math.max(most, this.#with(current, top, groups, l));
    }
    for (let rank = 0; rank < candidates.length; rank++) {
      const slot = candidates[rank] as Slot;
      const bound = alone + (slot.positive[l] as number);
      if (bound <= most) break;
      if (rank === CANDIDATES) most = bound;
      else if (most < atMost(slot, alone, top.size, l)) {
        most = Math.max(most, this.#with(slot, top, groups, l));
      }
    }
    return most;
  }

  #with(slot: Slot, top: TopSum, groups: Float64Array, l: number): number {
    this.#move(slot, groups, l, -1);
    const most = (slot.sum[l] as number) + top.of(groups);
    this.#move(slot, groups, l, 1);
    return most;
  }

  #move(slot: Slot, groups: Float64Array, l: number, sign: number): void {
    for (let i = slot.newest; i >= slot.oldest; i--) {
      const group = this.#winnerOf(i);
      if (group === -1) continue;
      groups[group] = (groups[group] as number) + sign * (this.#bets.bet(i).logs[l] as number);
    }
  }

  /** The slot before is complete: it takes its place among the best of each lambda. */
  #open(number: number, newest: number): void {
    const done = this.#current;
    for (let l = 0; done !== null && l < this.#width; l++) {
      const best = this.#best[l] as Slot[];
      const gain = done.positive[l] as number;
      if (gain === 0 || (best.length > CANDIDATES && gain <= ((best.at(-1) as Slot).positive[l] as number)))
        continue;
      const at = best.findIndex((slot) => (slot.positive[l] as number) < gain);
      best.splice(at === -1 ? best.length : at, 0, done);
      if (best.length > CANDIDATES + 1) best.pop();
    }
    const zeros = () => new Array<number>(this.#width).fill(0);
    const sums = { sum: zeros(), positive: zeros(), least: zeros() };
    this.#current = { number, newest, oldest: newest, ...sums, repeated: 0 };
  }
}

/**
 * At least what a slot takes away together with the best groups, which took away `alone`: without it each of them is
 * better by no more than its own normal units there. In quiet times that is less than the groups alone.
 */
function atMost(slot: Slot, alone: number, groups: number, l: number): number {
  const better = -(slot.least[l] as number) * groups * (1 + slot.repeated);
  return alone + (slot.sum[l] as number) + better + ROUNDING;
}
