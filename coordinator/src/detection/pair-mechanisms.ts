import { Mechanism, type MechanismPairs, type PairMechanism } from '@brakelight/shared';
import type { Alarm, Lift } from './alarm.js';
import type { SwapPair } from './types.js';

/** The mechanism that swap pairs name together, and how many name what. */
export interface NamedMechanism {
  /** `null` where it is not known, or where they do not agree. */
  readonly name: Mechanism | null;
  readonly pairs: MechanismPairs;
}

/** One volunteer's word is not enough. */
const MIN_SUBNETS = 2;

/**
 * Names the mechanism of an incident from its swap pairs: what at least two thirds of those that name one name, in at
 * least two subnets. Pairs that name none are ordinary: not every line is slowed, and a fast transfer shows no queue.
 */
export function mechanismOfPairs(pairs: readonly SwapPair[]): NamedMechanism {
  const showing = (mechanism: PairMechanism) => pairs.filter((pair) => pair.mechanism === mechanism);
  const counts: MechanismPairs = {
    policing: showing('policing').length,
    shaping: showing('shaping').length,
    congestion: showing('congestion').length,
    unclear: showing('unclear').length,
  };
  const named = counts.policing + counts.shaping + counts.congestion;
  const name = Mechanism.options.find((one) => {
    const subnets = new Set(showing(one).map(({ subnet }) => subnet));
    return subnets.size >= MIN_SUBNETS && 3 * counts[one] >= 2 * named;
  });
  return { name: name ?? null, pairs: counts };
}

/** What the pairs of a place name from the onset of an alarm to its lift. */
export function mechanismSince(
  pairs: readonly SwapPair[],
  alarm: Alarm,
  lifts: readonly Lift[],
): NamedMechanism {
  const end = lifts.find((lift) => lift.at >= alarm.at)?.at ?? Number.POSITIVE_INFINITY;
  const during = (pair: SwapPair) => pair.period >= alarm.onset.best && pair.measuredAt <= end;
  return mechanismOfPairs(pairs.filter(during));
}
