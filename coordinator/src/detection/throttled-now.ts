import type { Cell } from '@brakelight/shared';
import { eBenjaminiHochberg } from './public-list.js';

const LEVEL = 0.05;

/**
 * The public list: networks of which it may be said at this moment that they throttle, with an expected share of false ones
 * of at most 5 % under any dependence (e-BH). The e-value of a cell is R / (starts of the window); where fewer starts
 * have been made, dividing by all of them only makes it smaller.
 * @param cells of one moment, those that are not suspicious included: how many there are counts
 * @returns the listed ones, most certain first
 */
export function throttledNow(cells: readonly Cell[], windowPeriods: number): Cell[] {
  const networks = cells.filter(({ asn, historical }) => asn !== null && !historical);
  const logE = networks.map(({ logR }) => (logR ?? Number.NEGATIVE_INFINITY) - Math.log(windowPeriods));
  return eBenjaminiHochberg(logE, LEVEL).map((at) => networks[at] as Cell);
}
