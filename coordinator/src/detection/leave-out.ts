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

/** Bets of some consecutive slots: which they are, and per lambda their sum and the sum of the positive ones. */
interface Stretch {
  /** Its newest bet, and its oldest one so far. */
  readonly newest: number;
  oldest: number;
  readonly sum: number[];
  readonly positive: number[];
  /** The least of its bets, and at least how many of them one group has. */
  readonly least: number[];
  mostOfGroup: number;
}

interface Slot extends Stretch {
  readonly number: number;
}

/**
 * The most that one shock (so many consecutive slots) and f groups can take away together. Exact for the best few by the
 * sum of their positive bets; beyond them their bound, which takes away more, never less.
 */
export class BestShocks {
  readonly #width: number;
  readonly #slots: number;
  readonly #bets: Bets;
  readonly #winnerOf: (i: number) => number;
  readonly #best: Stretch[][];
  /** Complete slots, the oldest first, that a shock may have in common with the one that is being filled. */
  #newer: Slot[] = [];
  #slot: Slot | null = null;
  /** Shocks that the slot being filled is the oldest of, by length: itself, with the one after it, ... */
  #shocks: Stretch[] = [];
  /** By group: newest bet of the slot in which it spoke last. */
  readonly #spokeIn: number[] = [];

  /**
   * @param slots of a shock
   * @param winnerOf place of a bet's group in the sums; -1 for a group that never won, which has none
   */
  constructor(width: number, slots: number, bets: Bets, winnerOf: (i: number) => number) {
    this.#width = width;
    this.#slots = slots;
    this.#bets = bets;
    this.#winnerOf = winnerOf;
    this.#best = Array.from({ length: width }, () => []);
  }

  /** One bet more: the one before those that are in already. */
  add(i: number, logs: Float64Array): void {
    const number = this.#bets.slot(i);
    if (this.#slot?.number !== number) this.#open(number, i);
    const { newest } = this.#slot as Slot;
    const group = this.#winnerOf(i);
    const again = group !== -1 && this.#spokeIn[group] === newest;
    if (group !== -1) this.#spokeIn[group] = newest;
    for (const shock of this.#shocks) {
      if (again) shock.mostOfGroup++;
      shock.oldest = i;
      for (let l = 0; l < this.#width; l++) {
        const log = logs[l] as number;
        shock.sum[l] = (shock.sum[l] as number) + log;
        if (log > 0) shock.positive[l] = (shock.positive[l] as number) + log;
        else if (log < (shock.least[l] as number)) shock.least[l] = log;
      }
    }
  }

  /** max over shocks of (sum of the shock + f best groups without the shock). */
  mostWith(top: TopSum, groups: Float64Array, l: number): number {
    const alone = top.of(groups);
    const candidates = this.#best[l] as Stretch[];
    if (groups.length > EXACT_GROUPS) {
      return alone + Math.max(candidates[0]?.positive[l] ?? 0, this.#shocks.at(-1)?.positive[l] ?? 0);
    }
    let most = alone;
    for (const shock of this.#shocks) {
      if (most < atMost(shock, alone, top.size, l)) most = Math.max(most, this.#with(shock, top, groups, l));
    }
    for (let rank = 0; rank < candidates.length; rank++) {
      const shock = candidates[rank] as Stretch;
      const bound = alone + (shock.positive[l] as number);
      if (bound <= most) break;
      if (rank === CANDIDATES) most = bound;
      else if (most < atMost(shock, alone, top.size, l)) {
        most = Math.max(most, this.#with(shock, top, groups, l));
      }
    }
    return most;
  }

  #with(shock: Stretch, top: TopSum, groups: Float64Array, l: number): number {
    this.#move(shock, groups, l, -1);
    const most = (shock.sum[l] as number) + top.of(groups);
    this.#move(shock, groups, l, 1);
    return most;
  }

  #move(shock: Stretch, groups: Float64Array, l: number, sign: number): void {
    for (let i = shock.newest; i >= shock.oldest; i--) {
      const group = this.#winnerOf(i);
      if (group === -1) continue;
      groups[group] = (groups[group] as number) + sign * (this.#bets.bet(i).logs[l] as number);
    }
  }

  /** The slot before is complete: the shocks that it is the oldest of take their places among the best of each lambda. */
  #open(number: number, newest: number): void {
    for (const shock of this.#shocks) this.#rank(shock);
    if (this.#slot !== null) this.#newer.unshift(this.#slot);
    this.#newer = this.#newer.filter((slot) => slot.number < number + this.#slots);
    const zeros = () => new Array<number>(this.#width).fill(0);
    const sums = { sum: zeros(), positive: zeros(), least: zeros() };
    this.#slot = { number, newest, oldest: newest, ...sums, mostOfGroup: 1 };
    this.#shocks = [this.#slot];
    for (const slot of this.#newer) this.#shocks.push(joined(this.#shocks.at(-1) as Stretch, slot));
  }

  #rank(shock: Stretch): void {
    for (let l = 0; l < this.#width; l++) {
      const best = this.#best[l] as Stretch[];
      const gain = shock.positive[l] as number;
      const last = best.at(-1)?.positive[l] ?? 0;
      if (gain === 0 || (best.length > CANDIDATES && gain <= last)) continue;
      const at = best.findIndex(({ positive }) => (positive[l] as number) < gain);
      best.splice(at === -1 ? best.length : at, 0, shock);
      if (best.length > CANDIDATES + 1) best.pop();
    }
  }
}

/** Two neighbours as one. */
function joined(older: Stretch, newer: Stretch): Stretch {
  return {
    newest: newer.newest,
    oldest: older.oldest,
    sum: older.sum.map((sum, l) => sum + (newer.sum[l] as number)),
    positive: older.positive.map((sum, l) => sum + (newer.positive[l] as number)),
    least: older.least.map((least, l) => Math.min(least, newer.least[l] as number)),
    mostOfGroup: older.mostOfGroup + newer.mostOfGroup,
  };
}

/**
 * At least what a shock takes away together with the best groups, which took away `alone`: without it each of them is
 * better by no more than its own normal units there. In quiet times that is less than the groups alone.
 */
function atMost(shock: Stretch, alone: number, groups: number, l: number): number {
  const better = -(shock.least[l] as number) * groups * shock.mostOfGroup;
  return alone + (shock.sum[l] as number) + better + ROUNDING;
}
