import type { Cell } from '@brakelight/shared';
import type { DetectionParameters } from './parameters.js';
import { eBenjaminiHochberg } from './public-list.js';

/** Expected share of false ones among the listed, at most. */
export const FALSE_DISCOVERY_RATE = 0.05;

type Looked = Pick<DetectionParameters, 'windowPeriods' | 'periodMs' | 'lostAfterPeriods'>;

/** A cell of the list, and ln of its e-value. */
export interface Listed {
  readonly cell: Cell;
  readonly logE: number;
}

/**
 * Least ln R that can be listed, and the oldest last unit: e-BH lists nothing below e = 1 / level, however many stand out,
 * and what nobody sees any more is not said to be so now.
 */
export function listable({ windowPeriods, periodMs, lostAfterPeriods }: Looked, at: number) {
  return {
    minLogR: Math.log(windowPeriods / FALSE_DISCOVERY_RATE),
    seenSince: at - lostAfterPeriods * periodMs,
  };
}

/**
 * The public list: networks of which it may be said at this moment that they throttle, with an expected share of false ones
 * of at most 5 % under any dependence (e-BH). The e-value of a cell is R / (starts of the window); where fewer starts
 * have been made, dividing by all of them only makes it smaller. What is too old counts as no evidence, e = 0: it still
 * counts among what the list is drawn from, so the promise holds.
 * @param candidates cells of one moment; those that are not {@link listable} may be left out
 * @param drawnFrom how many networks x platforms are judged, the candidates among them
 * @param at Unix milliseconds
 * @returns the listed ones, most certain first
 */
export function throttledNow(
  candidates: readonly Cell[],
  drawnFrom: number,
  parameters: Looked,
  at: number,
): Listed[] {
  const { minLogR, seenSince } = listable(parameters, at);
  const networks = candidates.filter(
    ({ asn, historical, logR, lastUnitAt }) =>
      asn !== null && !historical && (logR ?? 0) >= minLogR && Date.parse(lastUnitAt ?? '') >= seenSince,
  );
  const all = networks.map((cell) => ({
    cell,
    logE: (cell.logR as number) - Math.log(parameters.windowPeriods),
  }));
  const found = eBenjaminiHochberg(
    all.map(({ logE }) => logE),
    FALSE_DISCOVERY_RATE,
    drawnFrom,
  );
  return found.map((position) => all[position] as Listed);
}
