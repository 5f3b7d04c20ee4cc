import type { CellState, IncidentKind } from '@brakelight/shared';
import { affected, STATE_OF } from './affected.js';
import type { Alarm } from './alarm.js';
import type { Outside } from './baseline.js';
import { lowerShare, upperShare } from './bounds.js';
import type { DetectionParameters } from './parameters.js';
import { median } from './statistics.js';
import type { Unit } from './types.js';

/** What a cell's state is told from. */
export interface Shown {
  /** The alarm that stands. */
  readonly open: Alarm | null;
  readonly kind: IncidentKind;
  readonly logR: number;
  /** How many there are. */
  readonly subnets: number;
  readonly owners: number;
  /** Those of the last periods. */
  readonly recent: readonly Unit[];
  /** All, in the order of time. */
  readonly units: readonly Unit[];
  readonly outside: Outside | null;
  /** Does the platform fail in the other countries, too? */
  readonly outage: boolean;
  readonly parameters: DetectionParameters;
}

/** The state of a cell, and why, in a sentence. */
export function stateOf(shown: Shown): { state: CellState; reason: string } {
  const { open, kind, logR, subnets, owners, recent, outside, outage, parameters } = shown;
  const { minSubnets, minOwners, lostAfterPeriods } = parameters;
  if (open !== null) {
    return { state: STATE_OF[kind], reason: `The platform is ${kind} here, and not elsewhere.` };
  }
  if (outage) {
    return { state: 'platform-outage', reason: 'The platform fails in the other countries, too.' };
  }
  if (recent.length === 0) {
    return { state: 'insufficient', reason: `No valid test in the last ${lostAfterPeriods} periods.` };
  }
  if (subnets < minSubnets || owners < minOwners) {
    const reason = `${subnets} of ${minSubnets} subnets and ${owners} of ${minOwners} owners that a statement needs.`;
    return { state: 'insufficient', reason };
  }
  if (outside === null || outside.state === 'insufficient') {
    const reason = 'Too few tests in other countries to compare with.';
    return changed(shown)
      ? { state: 'suspected', reason: `${reason} By its own history only: more is affected than before.` }
      : { state: 'insufficient', reason };
  }
  if (logR >= Math.log(parameters.suspicion)) {
    return { state: 'suspected', reason: 'Slower than elsewhere; not yet beyond doubt.' };
  }
  return congested(shown)
    ? { state: 'local-congestion', reason: 'Platform and control are both slower than they used to be here.' }
    : { state: 'normal', reason: 'As elsewhere.' };
}

/** Own units before the last periods from which a change can be told. */
const MIN_HISTORY = 20;

/** Is more affected in the last periods than before, beyond both 95 % bounds, and seen by enough? */
function changed({ units, recent, parameters }: Shown): boolean {
  const earlier = units.slice(0, units.length - recent.length);
  if (earlier.length < MIN_HISTORY) return false;
  const [then, now] = [earlier, recent].map((some) => some.filter(affected)) as [Unit[], Unit[]];
  return (
    new Set(now.map(({ subnet }) => subnet)).size >= parameters.minSubnets &&
    lowerShare(now.length, recent.length) > upperShare(then.length, earlier.length)
  );
}

/** Both rates below half of what they were: the line, or everything, is slow. */
function congested({ units, recent }: Shown): boolean {
  const earlier = units.length - recent.length;
  if (earlier < MIN_HISTORY || recent.length < 6) return false;
  const fell = (rate: (unit: Unit) => number | null) => {
    const now = median(recent.map(rate));
    const before = median(units.slice(0, earlier).map(rate));
    return before !== null && now !== null && now < before / 2;
  };
  return fell((unit) => unit.targetRateBps) && fell((unit) => unit.controlRateBps);
}
