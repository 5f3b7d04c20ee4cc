import { capAtAThird } from './bounds.js';
import { FLAG } from './flags.js';
import type { Indicator } from './parameters.js';
import { type SubnetMeans, SubnetTally } from './subnet-means.js';
import type { UnitIndex } from './unit-index.js';

/** Sums over countries of which none has more than a third of the weight. */
export interface Shown extends SubnetMeans {
  readonly countries: number;
}

/**
 * What every country shows over the periods that end with the same newest one: counted once, by country, and summed for
 * each country that asks without itself. O(units of the periods) once, and O(countries) a question.
 */
export class ShownElsewhere {
  readonly #tally: SubnetTally;
  readonly #countries: number;
  /** By indicator and oldest row, of the newest row asked for. */
  readonly #counted = new Map<string, readonly SubnetMeans[]>();
  #newest = -1;
  /** Countries of a sum, and how many subnets each has; kept, for sums are many. */
  readonly #outside: SubnetMeans[] = [];
  readonly #sizes: number[] = [];

  constructor(index: UnitIndex) {
    this.#tally = new SubnetTally(index);
    this.#countries = index.countries.length;
  }

  /**
   * Sums over the rows `oldest`..`newest` (none where that is empty).
   * @param inside countries that are not outside
   */
  sum(indicator: Indicator, oldest: number, newest: number, inside: ReadonlySet<number>): Shown {
    const counted = this.#of(indicator, oldest, newest);
    const outside = this.#outside;
    const sizes = this.#sizes;
    outside.length = 0;
    sizes.length = 0;
    for (let country = 0; country < counted.length; country++) {
      const means = counted[country] as SubnetMeans;
      if (means.units === 0 || inside.has(country)) continue;
      outside.push(means);
      sizes.push(means.subnets);
    }
    const cap = capAtAThird(sizes);
    const sum = {
      units: 0,
      subnets: 0,
      affected: 0,
      afterNormal: 0,
      entered: 0,
      afterAffected: 0,
      stayed: 0,
    };
    for (const means of outside) {
      const weight = Math.min(1, cap / means.subnets);
      sum.units += means.units;
      sum.subnets += weight * means.subnets;
      sum.affected += weight * means.affected;
      sum.afterNormal += weight * means.afterNormal;
      sum.entered += weight * means.entered;
      sum.afterAffected += weight * means.afterAffected;
      sum.stayed += weight * means.stayed;
    }
    return { ...sum, countries: outside.length };
  }

  #of(indicator: Indicator, oldest: number, newest: number): readonly SubnetMeans[] {
    if (newest !== this.#newest) this.#counted.clear();
    this.#newest = newest;
    const key = `${indicator} ${oldest}`;
    let counted = this.#counted.get(key);
    if (counted === undefined) {
      counted = Array.from({ length: this.#countries }, (_, country) =>
        this.#tally.of(country, oldest, newest, FLAG[indicator]),
      );
      this.#counted.set(key, counted);
    }
    return counted;
  }
}
