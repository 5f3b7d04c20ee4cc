import type { Incident } from '@brakelight/shared';
import type { CellVerdict } from './cell-verdict.js';
import { alarmClaim, type Claim, suspicionClaim } from './claim.js';
import { incidentOf } from './incident.js';
import { tell } from './incident-event.js';
import { suspect } from './suspicion.js';
import { begin, finish, lastUnit, silent, type Transition, told } from './telling.js';
import type { TransitionContext } from './transition-context.js';

const DAY_MS = 86_400_000;

/**
 * From what was said before, and what is seen now, to what is to be said. Pure, and idempotent: what was said once is not
 * said again, and a re-run from the same state says the same.
 * @param previous the last incident of this country and target, open or resolved; `null` where there was none
 * @param country verdict of the country
 * @param asns verdicts of its ASNs
 */
export function transition(
  previous: Incident | null,
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Transition {
  const claim = alarmClaim(country, asns);
  const open = previous !== null && previous.status !== 'resolved' ? previous : null;
  const suspicion = open?.grade === 'suspected' ? open : null;
  if (claim === null) {
    return open === null || suspicion !== null
      ? suspect(previous, suspicionClaim(country, asns), country, asns, context)
      : vanished(open, country, context);
  }
  const same = previous !== null && continues(previous, claim, context) ? previous : null;
  if (claim.verdict.open !== null) return ongoing(open ?? same, claim, country, asns, context);
  // What ended before a suspicion arose is another story.
  if (suspicion !== null && liftOf(claim).at < Date.parse(suspicion.detectedAt)) {
    return suspect(suspicion, suspicionClaim(country, asns), country, asns, context);
  }
  if (open !== null) return over(open, claim, country, asns, context);
  // It came and went while nobody looked, or before these rows came in.
  if (same !== null && same.grade !== 'suspected') return silent(previous);
  return over(null, claim, country, asns, context);
}

/** Is the alarm that is seen now the incident that was told, or one that came within the hold time after it? */
function continues(previous: Incident, { alarm }: Claim, { parameters }: TransitionContext): boolean {
  return previous.resolvedAt === null || alarm.at <= Date.parse(previous.resolvedAt) + parameters.holdMs;
}

/** The last end of what has ended. */
function liftOf({ verdict }: Claim): CellVerdict['lifts'][number] {
  return verdict.lifts.at(-1) as CellVerdict['lifts'][number];
}

/** An alarm stands. */
function ongoing(
  previous: Incident | null,
  claim: Claim,
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Transition {
  const seen = incidentOf(previous, claim, country, asns, context);
  if (lastUnit(country) < context.at - context.parameters.unobservedDays * DAY_MS) {
    if (previous?.status === 'resolved') return silent(previous);
    return finish(previous, seen, 'unobserved', context.at);
  }
  const now: Incident = {
    ...seen,
    status: observed(previous, country, context) ? 'open' : 'observation-lost',
  };
  const first = begin(previous, now);
  if (previous === null || first !== null) return first === null ? silent(now) : told(first);
  const reason = change(previous, now);
  return reason === null ? silent(now) : told(tell(previous, now, 'updated', reason));
}

/** Silence after 6 periods is news; that somebody speaks again, when enough do for a statement. */
function observed(previous: Incident | null, { units }: CellVerdict, context: TransitionContext): boolean {
  const { lostAfterPeriods, periodMs, minSubnets } = context.parameters;
  const recent = units.filter(({ measuredAt }) => measuredAt >= context.at - lostAfterPeriods * periodMs);
  const wanted = previous?.status === 'observation-lost' ? minSubnets : 1;
  return new Set(recent.map(({ subnet }) => subnet)).size >= wanted;
}

/** Why an update is news; `null` where it is not. */
function change(before: Incident, now: Incident): string | null {
  if (before.status === 'resolved') return 'It began again.';
  if (before.kind !== now.kind) return `It turned from ${before.kind} to ${now.kind}.`;
  if (before.grade !== now.grade) return `The grade rose from ${before.grade} to ${now.grade}.`;
  if (before.status !== now.status) {
    return now.status === 'open' ? 'Valid tests come again.' : 'Observation is lost: no valid test any more.';
  }
  const known = new Set(before.asns.filter(({ onsetAt }) => onsetAt !== null).map(({ asn }) => asn));
  const added = now.asns
    .filter(({ asn, onsetAt }) => onsetAt !== null && !known.has(asn))
    .map(({ asn }) => `AS${asn}`);
  return added.length === 0
    ? null
    : `Seen in ${added.slice(0, 5).join(', ')}${added.length > 5 ? ' and others' : ''}, too.`;
}

/** Every alarm was lifted. */
function over(
  previous: Incident | null,
  claim: Claim,
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Transition {
  const lift = liftOf(claim);
  const before = previous !== null && lift.at < Date.parse(previous.detectedAt);
  if (previous !== null && before) return vanished(previous, country, context);
  return finish(previous, incidentOf(previous, claim, country, asns, context), 'lifted', lift.at);
}

/** There is no alarm any more, and no lift either. */
function vanished(previous: Incident, country: CellVerdict, context: TransitionContext): Transition {
  const { parameters, at } = context;
  const last = lastUnit(country);
  if (last < at - parameters.unobservedDays * DAY_MS) return finish(previous, previous, 'unobserved', at);
  if (last < at - parameters.lostAfterPeriods * parameters.periodMs) {
    if (previous.status === 'observation-lost') return silent(previous);
    const lost: Incident = { ...previous, status: 'observation-lost', updatedAt: new Date(at).toISOString() };
    return told(tell(previous, lost, 'updated', 'Observation is lost: no valid test any more.'));
  }
  // What began before everything that is looked at, and is normal throughout, has ended; the rest was never there.
  const first = country.units[0]?.measuredAt ?? at;
  return finish(previous, previous, Date.parse(previous.detectedAt) < first ? 'lifted' : 'withdrawn', at);
}
