import { type Bet, betOn } from './bet.js';

/** Bets in the order of periods and shock slots. */
export interface Bets {
  readonly size: number;
  /** Of the i-th bet: who placed it, when, and what it pays. */
  group(i: number): number;
  period(i: number): number;
  slot(i: number): number;
  bet(i: number): Bet;
}

/** Bets kept one by one. */
export class PlacedBets implements Bets {
  readonly #lambdas: readonly number[];
  readonly #groups: number[] = [];
  readonly #periods: number[] = [];
  readonly #slots: number[] = [];
  readonly #bets: Bet[] = [];

  constructor(lambdas: readonly number[]) {
    this.#lambdas = lambdas;
  }

  /**
   * @param slot number of the shock slot
   * @param y at least -1; mean at most 0 under the null
   * @returns the bet
   */
  add(group: number, period: number, slot: number, y: number): Bet {
    const bet = betOn(y, this.#lambdas);
    this.#groups.push(group);
    this.#periods.push(period);
    this.#slots.push(slot);
    this.#bets.push(bet);
    return bet;
  }

  get size(): number {
    return this.#bets.length;
  }

  group(i: number): number {
    return this.#groups[i] as number;
  }

  period(i: number): number {
    return this.#periods[i] as number;
  }

  slot(i: number): number {
    return this.#slots[i] as number;
  }

  bet(i: number): Bet {
    return this.#bets[i] as Bet;
  }
}
