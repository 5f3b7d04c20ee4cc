import type { Bet } from './bet.js';
import type { Bets } from './bets.js';
import { slotOf } from './moment.js';
import type { DetectionParameters } from './parameters.js';
import type { UnitIndex } from './unit-index.js';

/** What units have staked, by their position: all the cells that a unit belongs to share it. */
export interface Stakes {
  group(at: number): number;
  period(at: number): number;
  /** Number of the shock slot. */
  slot(at: number): number;
  /** One bet for each indicator. */
  bets(at: number): readonly Bet[];
}

/** Stakes of the units of an index. */
export class UnitStakes implements Stakes {
  readonly #index: UnitIndex;
  readonly #parameters: DetectionParameters;
  readonly #bets: (readonly Bet[])[];

  constructor(index: UnitIndex, parameters: DetectionParameters) {
    this.#index = index;
    this.#parameters = parameters;
    this.#bets = new Array(index.units.length);
  }

  place(at: number, bets: readonly Bet[]): void {
    this.#bets[at] = bets;
  }

  group(at: number): number {
    return this.#index.group[at] as number;
  }

  period(at: number): number {
    return this.#index.period[at] as number;
  }

  slot(at: number): number {
    return slotOf(this.#index.measuredAt[at] as number, this.#parameters);
  }

  bets(at: number): readonly Bet[] {
    return this.#bets[at] as readonly Bet[];
  }
}

/** The bets of one cell on one indicator: positions in the stakes, so that nothing is kept twice. */
export class CellBets implements Bets {
  readonly #stakes: Stakes;
  readonly #positions: readonly number[];
  readonly #indicator: number;

  /**
   * @param positions of the cell's units; they may grow
   * @param indicator place of the indicator among the bets of a unit
   */
  constructor(stakes: Stakes, positions: readonly number[], indicator: number) {
    this.#stakes = stakes;
    this.#positions = positions;
    this.#indicator = indicator;
  }

  get size(): number {
    return this.#positions.length;
  }

  group(i: number): number {
    return this.#stakes.group(this.#positions[i] as number);
  }

  period(i: number): number {
    return this.#stakes.period(this.#positions[i] as number);
  }

  slot(i: number): number {
    return this.#stakes.slot(this.#positions[i] as number);
  }

  bet(i: number): Bet {
    return this.#stakes.bets(this.#positions[i] as number)[this.#indicator] as Bet;
  }
}
