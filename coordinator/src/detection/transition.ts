import type { Incident, ResolvedReason } from '@brakelight/shared';
import { incidentOf } from './incident.js';
import { type Told, tell } from './incident-event.js';
import type { CellVerdict } from './judge-target.js';
import type { DetectionParameters } from './parameters.js';

const DAY_MS = 86_400_000;

/** Where and when is judged. */
export interface TransitionContext {
  readonly source: string;
  readonly target: string;
  readonly historical: boolean;
  /** Unix milliseconds of the judgement; for an import the rows' own time. */
  readonly at: number;
  readonly parameters: DetectionParameters;
  /** Names of ASNs, where known. */
  readonly names?: ReadonlyMap<number, string>;
}

/** The incident as it is now, and the events that are new. */
export interface Transition {
  readonly incident: Incident | null;
  readonly events: readonly Told['event'][];
}

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
  const speaking = speaker(country, asns);
  const same =
    previous !== null && speaking !== null && continues(previous, speaking, context) ? previous : null;
  const open = previous !== null && previous.status !== 'resolved' ? previous : null;
  if (speaking === null) return open === null ? silent(previous) : vanished(open, country, context);
  if (speaking.open !== null) return ongoing(open ?? same, speaking, country, asns, context);
  if (open !== null) return over(open, speaking, country, asns, context);
  // It came and went while nobody looked, or before these rows came in.
  return same === null ? over(null, speaking, country, asns, context) : silent(previous);
}

/** Whose alarm it is: an open one's, the country's before an ASN's; else that which was lifted last. */
function speaker(country: CellVerdict, asns: readonly CellVerdict[]): CellVerdict | null {
  if (country.open !== null) return country;
  const open = asns.filter((asn) => asn.open !== null).sort((a, b) => (a.open?.at ?? 0) - (b.open?.at ?? 0));
  const lifted = [country, ...asns]
    .filter(({ lifts }) => lifts.length > 0)
    .sort((a, b) => (b.lifts.at(-1)?.at ?? 0) - (a.lifts.at(-1)?.at ?? 0));
  return open[0] ?? lifted[0] ?? null;
}

/** Is the alarm that is seen now the incident that was told, or one that came within the hold time after it? */
function continues(previous: Incident, speaking: CellVerdict, { parameters }: TransitionContext): boolean {
  if (previous.resolvedAt === null) return true;
  return (speaking.alarms.at(-1)?.at ?? 0) <= Date.parse(previous.resolvedAt) + parameters.holdMs;
}

function silent(previous: Incident | null): Transition {
  return { incident: previous, events: [] };
}

/** An alarm stands. */
function ongoing(
  previous: Incident | null,
  speaking: CellVerdict,
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Transition {
  const seen = incidentOf(previous, speaking, country, asns, context);
  if (lastUnit(country) < context.at - context.parameters.unobservedDays * DAY_MS) {
    if (previous?.status === 'resolved') return silent(previous);
    return finish(previous, seen, 'unobserved', context.at);
  }
  const now: Incident = {
    ...seen,
    status: observed(previous, country, context) ? 'open' : 'observation-lost',
  };
  if (previous === null) return told(tell(null, now, 'detected', now.summary));
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
  speaking: CellVerdict,
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Transition {
  const lift = speaking.lifts.at(-1) as CellVerdict['lifts'][number];
  const before = !context.historical && previous !== null && lift.at < Date.parse(previous.detectedAt);
  if (previous !== null && before) return vanished(previous, country, context);
  return finish(previous, incidentOf(previous, speaking, country, asns, context), 'lifted', lift.at);
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

const RESOLVED: Record<ResolvedReason, string> = {
  lifted: 'It was lifted: the platform is as fast as elsewhere again.',
  withdrawn: 'Withdrawn: with what came later the data no longer show it.',
  unobserved: 'Nobody measured there for a week.',
};

/** @param previous as it was told; `null`: beginning and end are told together */
function finish(previous: Incident | null, now: Incident, reason: ResolvedReason, at: number): Transition {
  const first = previous === null ? tell(null, now, 'detected', now.summary) : null;
  const when = new Date(at).toISOString();
  const end: Incident = {
    ...now,
    status: 'resolved',
    resolvedAt: when,
    resolvedReason: reason,
    updatedAt: new Date(Math.max(at, Date.parse(now.updatedAt))).toISOString(),
  };
  const last = tell(first?.incident ?? previous, end, 'resolved', RESOLVED[reason]);
  return { incident: last.incident, events: [...(first === null ? [] : [first.event]), last.event] };
}

function told({ incident, event }: Told): Transition {
  return { incident, events: [event] };
}

function lastUnit(verdict: CellVerdict): number {
  return verdict.units.at(-1)?.measuredAt ?? Number.NEGATIVE_INFINITY;
}
