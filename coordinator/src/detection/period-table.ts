import { column } from './column.js';

/**
 * Where the units of each period and country are. Units come in the order of periods; countries are numbered from 0, -1
 * is the unknown one. O(units + periods x countries).
 */
export class PeriodTable {
  /** Numbers of the periods that have units, ascending. */
  readonly periods: readonly number[];
  /** Positions of all units: by period, by country, in the order of time. */
  readonly positions: Int32Array;
  readonly #row: number;
  /** Where each period and country begins in `positions`. */
  readonly #begins: Int32Array;

  /**
   * @param period of each unit, ascending
   * @param country of each unit
   * @param countries how many there are
   */
  constructor(period: Int32Array, country: Int32Array, countries: number) {
    const list: number[] = [];
    const row = countries + 1;
    const place = column.int32(period.length);
    let newest = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < place.length; at++) {
      const own = period[at] as number;
      if (own !== newest) list.push(own);
      newest = own;
      place[at] = (list.length - 1) * row + (country[at] as number) + 1;
    }
    const begins = new Int32Array(list.length * row + 1);
    for (const one of place) begins[one + 1] = (begins[one + 1] as number) + 1;
    for (let i = 1; i < begins.length; i++) begins[i] = (begins[i] as number) + (begins[i - 1] as number);
    const next = begins.slice();
    this.positions = column.int32(place.length);
    for (let unit = 0; unit < place.length; unit++) {
      const one = place[unit] as number;
      this.positions[next[one] as number] = unit;
      next[one] = (next[one] as number) + 1;
    }
    this.periods = list;
    this.#row = row;
    this.#begins = begins;
  }

  /** Row of the newest period up to and including `period`; -1 where there is none. */
  rowOf(period: number): number {
    let low = 0;
    let high = this.periods.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.periods[middle] as number) <= period) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Where the units of a period (its row) and country begin and end in `positions`. */
  begin(row: number, country: number): number {
    return this.#begins[row * this.#row + country + 1] as number;
  }

  end(row: number, country: number): number {
    return this.#begins[row * this.#row + country + 2] as number;
  }

  /** Units of a period in known countries. */
  known(row: number): number {
    return (this.#begins[(row + 1) * this.#row] as number) - this.begin(row, 0);
  }
}
