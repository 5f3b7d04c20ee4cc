import type { Incident } from '@brakelight/shared';
import type { CellVerdict } from './cell-verdict.js';
import type { Claim } from './claim.js';
import { incidentOf } from './incident.js';
import { tell } from './incident-event.js';
import { finish, lastUnit, silent, type Transition, told } from './telling.js';
import type { TransitionContext } from './transition-context.js';

/**
 * The life of what is suspected only (R >= 1,000, below A): it is opened, and ends when nothing speaks for it any more.
 * It says no more in between; should it reach A, it becomes an incident under the same id.
 * @param previous the last incident of this country and target
 * @param claim what is suspected now; `null`: nothing
 */
export function suspect(
  previous: Incident | null,
  claim: Claim | null,
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Transition {
  const open = previous !== null && previous.status !== 'resolved';
  if (claim === null)
    return open && faded(country, asns, context) ? fade(previous, country, context) : silent(previous);
  const held = previous !== null && heldUntil(previous, context) >= context.at ? previous : null;
  // So soon after an incident it says nothing: it may be its echo, and should it return, it is opened again.
  if (held !== null && held.grade !== 'suspected') return silent(previous);
  const now = incidentOf(held, claim, country, asns, context);
  if (held === null) return told(tell(null, now, 'detected', now.summary));
  return open ? silent(now) : told(tell(held, now, 'updated', 'It is suspected again.'));
}

function heldUntil({ resolvedAt }: Incident, { parameters }: TransitionContext): number {
  return resolvedAt === null ? Number.POSITIVE_INFINITY : Date.parse(resolvedAt) + parameters.holdMs;
}

/**
 * Does nothing speak for it any more? R below the number of starts: an e-value of 1. (Between that and 1,000 it stays as it
 * is, or it would come and go with each unit.) Nor does what the platform does everywhere.
 */
function faded(
  country: CellVerdict,
  asns: readonly CellVerdict[],
  { parameters }: TransitionContext,
): boolean {
  if (country.state === 'platform-outage') return true;
  const level = Math.log(Math.min(parameters.suspicion, parameters.windowPeriods));
  return [country, ...asns].every(({ logR }) => !(logR >= level));
}

function fade(previous: Incident, country: CellVerdict, context: TransitionContext): Transition {
  const { lostAfterPeriods, periodMs } = context.parameters;
  const seen = lastUnit(country) >= context.at - lostAfterPeriods * periodMs;
  return finish(previous, previous, seen ? 'withdrawn' : 'unobserved', context.at);
}
