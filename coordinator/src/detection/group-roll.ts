import type { Bets } from './bets.js';

/** Roll of the groups behind some bets: each has a number, from 0 in the order of its first bet. */
export class GroupRoll {
  readonly #bets: Bets;
  readonly #numbers = new Map<number, number>();
  readonly #names: number[] = [];
  /** Period of each group's last bet. */
  readonly #last: number[] = [];
  /** Of each group that has won a bet its number among those, in the order of their first win; -1 for the others. */
  readonly #winners: number[] = [];
  /** Of each bet that has been looked at. */
  readonly #ofBet: number[] = [];
  winners = 0;

  constructor(bets: Bets) {
    this.#bets = bets;
  }

  /** Looks at the bets that are new. @returns group of each bet */
  read(): readonly number[] {
    for (let i = this.#ofBet.length; i < this.#bets.size; i++) {
      const name = this.#bets.group(i);
      let group = this.#numbers.get(name);
      if (group === undefined) {
        group = this.#names.push(name) - 1;
        this.#numbers.set(name, group);
        this.#winners.push(-1);
      }
      this.#ofBet.push(group);
      this.#last[group] = this.#bets.period(i);
      if (this.#winners[group] === -1 && this.#bets.bet(i).y > 0) this.#winners[group] = this.winners++;
    }
    return this.#ofBet;
  }

  get size(): number {
    return this.#names.length;
  }

  /** Name of a group, as the bets have it. */
  name(group: number): number {
    return this.#names[group] as number;
  }

  /** Number of a group among the winners; -1 where it has not won. Only who has won can be worth leaving out. */
  winner(group: number): number {
    return this.#winners[group] as number;
  }

  /** Groups with a bet since a period. */
  since(period: number): number {
    this.read();
    let count = 0;
    for (let i = 0; i < this.#last.length; i++) if ((this.#last[i] as number) >= period) count++;
    return count;
  }
}
