import type { UnitIndex } from './unit-index.js';

/** What the subnets of one country show over some periods. */
export interface SubnetMeans {
  readonly units: number;
  /** Distinct subnets, and the sum of their affected shares. */
  readonly subnets: number;
  readonly affected: number;
  /** The same of what they showed after a normal unit, */
  readonly afterNormal: number;
  readonly entered: number;
  /** and after an affected one. */
  readonly afterAffected: number;
  readonly stayed: number;
}

/** Columns of counts by subnet: units and affected ones; all, after a normal one, after an affected one. */
const COLUMNS = 6;

/** Means per distinct subnet, O(units). */
export class SubnetTally {
  readonly #index: UnitIndex;
  /** Counts of the subnets in `#met`; zero for the others. */
  readonly #counts: Int32Array;
  readonly #met: number[] = [];

  constructor(index: UnitIndex) {
    this.#index = index;
    this.#counts = new Int32Array(COLUMNS * index.subnetCount);
  }

  /**
   * What a country showed in the periods of the rows `oldest`..`newest`.
   * @param flag bit of the indicator
   */
  of(country: number, oldest: number, newest: number, flag: number): SubnetMeans {
    const { periods } = this.#index;
    let units = 0;
    for (let row = newest; row >= oldest; row--) {
      const end = periods.end(row, country);
      for (let unit = periods.begin(row, country); unit < end; unit++) this.#count(unit, flag);
      units += end - periods.begin(row, country);
    }
    return { units, ...this.#means() };
  }

  #count(unit: number, flag: number): void {
    const counts = this.#counts;
    const subnet = this.#index.subnet[unit] as number;
    const at = COLUMNS * subnet;
    const x = ((this.#index.flags[unit] as number) & flag) === 0 ? 0 : 1;
    const before = this.#index.previous[unit] as number;
    if (counts[at] === 0) this.#met.push(subnet);
    counts[at] = (counts[at] as number) + 1;
    counts[at + 1] = (counts[at + 1] as number) + x;
    if (before < 0) return;
    const after = at + ((before & flag) === 0 ? 2 : 4);
    counts[after] = (counts[after] as number) + 1;
    counts[after + 1] = (counts[after + 1] as number) + x;
  }

  /** Sums of the subnets' means; forgets the counts. */
  #means(): Omit<SubnetMeans, 'units'> {
    const counts = this.#counts;
    let [affected, afterNormal, entered, afterAffected, stayed] = [0, 0, 0, 0, 0];
    for (const subnet of this.#met) {
      const at = COLUMNS * subnet;
      const normal = counts[at + 2] as number;
      const bad = counts[at + 4] as number;
      affected += (counts[at + 1] as number) / (counts[at] as number);
      if (normal > 0) {
        afterNormal++;
        entered += (counts[at + 3] as number) / normal;
      }
      if (bad > 0) {
        afterAffected++;
        stayed += (counts[at + 5] as number) / bad;
      }
      for (let i = 0; i < COLUMNS; i++) counts[at + i] = 0;
    }
    const subnets = this.#met.length;
    this.#met.length = 0;
    return { subnets, affected, afterNormal, entered, afterAffected, stayed };
  }
}
