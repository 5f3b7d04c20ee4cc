import type { AffectedDirection, Direction } from '@brakelight/shared';
import { PlacedBets } from './bets.js';
import { type DetectionParameters, groupsLeftOut } from './parameters.js';
import { RobustProduct } from './robust-product.js';
import type { SwapPair } from './types.js';

/** As for the grade `sni-triggered`. */
const LOG_CONFIRMED = Math.log(20);

/** A swap pair and the group that it speaks for. */
export interface GroupedPair {
  readonly pair: SwapPair;
  readonly group: number;
}

/**
 * Which way bytes are held back. Units are downloads; of uploads only the swap channel speaks, and it must have an e-value
 * of its own, of upload pairs alone. So `download` says nothing of uploads that nobody has measured.
 * @param unitsShow more units are affected than elsewhere
 * @param pairs of the cell, in the order of time; none that may be why it was suspected
 * @param cellGroups groups of the cell, also those without a pair: f is a share of them
 */
export function directionOf(
  unitsShow: boolean,
  pairs: readonly GroupedPair[],
  cellGroups: number,
  parameters: Pick<DetectionParameters, 'swapLambdas' | 'trim'>,
): AffectedDirection {
  const confirmed = (direction: Direction) => confirmedBy(direction, pairs, cellGroups, parameters);
  if (!confirmed('upload')) return 'download';
  return unitsShow || confirmed('download') ? 'both' : 'upload';
}

/** What was known of an incident, and what is seen now. */
export function joined(before: AffectedDirection | null, now: AffectedDirection): AffectedDirection {
  return before === null || before === now ? now : 'both';
}

function confirmedBy(
  direction: Direction,
  pairs: readonly GroupedPair[],
  cellGroups: number,
  { swapLambdas, trim }: Pick<DetectionParameters, 'swapLambdas' | 'trim'>,
): boolean {
  const bets = new PlacedBets(swapLambdas);
  const product = new RobustProduct(bets, swapLambdas.length);
  const own = pairs.filter(({ pair }) => pair.direction === direction);
  const first = own[0]?.pair.period;
  if (first === undefined) return false;
  for (const { pair, group } of own) bets.add(group, pair.period, pair.period, pair.gain);
  const groups = (spoke: number) => groupsLeftOut(Math.max(spoke, cellGroups), trim);
  const [logE = 0] = product.logE(first, first, { groups, shockSlots: 0 });
  return logE >= LOG_CONFIRMED;
}
