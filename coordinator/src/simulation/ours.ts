import { PlacedBets } from '../detection/bets.js';
import type { DetectionParameters } from '../detection/parameters.js';
import { groupsLeftOut } from '../detection/parameters.js';
import { RobustProduct } from '../detection/robust-product.js';
import type { SweepCell } from '../detection/sweep-cell.js';
import type { SwapPair } from '../detection/types.js';
import type { Grades } from './outcome.js';
import type { RealEvent, Said } from './score.js';

/** An alarm with which the swap channel agrees is `sni-triggered`: its e-value since the onset is at least 20. */
const CONFIRMED = Math.log(20);

/** What the production detector said of a place, and its alarms by the grade that they reached before they were lifted. */
export type Verdict = Said & Grades;

/** Nobody measured there. */
export const SILENT: Verdict = { signals: [], alarms: [], slowed: 0, sniTriggered: 0 };

/**
 * Alarms of a cell after a sweep, ASN or country. An alarm that stands when something begins has found it at once.
 * @param pairs of the place, in the order of time
 * @param now last period swept
 */
export function verdictOf(
  cell: SweepCell,
  pairs: readonly SwapPair[],
  events: readonly RealEvent[],
  parameters: DetectionParameters,
  now: number,
): Verdict {
  const alarms = cell.alarms.map((alarm, i) => ({
    alarm,
    until: cell.lifts[i]?.at ?? Number.POSITIVE_INFINITY,
  }));
  const signals = alarms.map(({ alarm }) => alarm.at);
  for (const { onset } of events) {
    if (alarms.some(({ alarm, until }) => alarm.at < onset && until > onset)) signals.push(onset);
  }
  const sniTriggered = alarms.filter(({ alarm, until }) => {
    const end = Math.min(
      Math.floor(until / parameters.periodMs),
      alarm.onset.best + parameters.windowPeriods,
    );
    const last = Math.min(now, end);
    return confirmed(pairs, alarm.onset.best, last, cell.groups(), parameters);
  }).length;
  return {
    signals: signals.sort((a, b) => a - b),
    alarms: cell.alarms.map(({ at }) => at),
    slowed: alarms.length - sniTriggered,
    sniTriggered,
  };
}

function confirmed(
  pairs: readonly SwapPair[],
  from: number,
  until: number,
  cellGroups: number,
  parameters: DetectionParameters,
): boolean {
  const bets = new PlacedBets(parameters.swapLambdas);
  const product = new RobustProduct(bets, parameters.swapLambdas.length);
  const names = new Map<string, number>();
  let period = from;
  const groups = () => groupsLeftOut(Math.max(names.size, cellGroups), parameters.trim);
  const enough = () => (product.logE(from, from, { groups, shockSlots: 0 })[0] as number) >= CONFIRMED;
  for (const pair of pairs) {
    if (pair.period < from) continue;
    if (pair.period > until) break;
    if (pair.period > period && product.size > 0 && enough()) return true;
    period = pair.period;
    const group = names.get(pair.subnet) ?? names.size;
    names.set(pair.subnet, group);
    bets.add(group, pair.period, pair.period, pair.gain);
  }
  return product.size > 0 && enough();
}
