import type { Incident, ResolvedReason } from '@brakelight/shared';
import type { CellVerdict } from './cell-verdict.js';
import { type Told, tell } from './incident-event.js';

/** The incident as it is now, and the events that are new. */
export interface Transition {
  readonly incident: Incident | null;
  readonly events: readonly Told['event'][];
}

/** Nothing is to be said. */
export function silent(incident: Incident | null): Transition {
  return { incident, events: [] };
}

export function told({ incident, event }: Told): Transition {
  return { incident, events: [event] };
}

const RESOLVED: Record<ResolvedReason, string> = {
  lifted: 'It was lifted: the platform is as fast as elsewhere again.',
  withdrawn: 'Withdrawn: with what came later the data no longer show it.',
  unobserved: 'Nobody measured there for a week.',
};

const OF_HISTORY: Record<ResolvedReason, string> = {
  ...RESOLVED,
  unobserved: 'The data end here; what came after is not in them.',
};

const FADED: Record<ResolvedReason, string> = {
  ...RESOLVED,
  withdrawn: 'The suspicion faded: with what came later nothing speaks for it any more.',
  unobserved: 'The suspicion was left open: nobody measured there any more.',
};

/**
 * Tells an end; and, where it was not told before that there was anything or more than a suspicion, the beginning first.
 * @param previous as it was told; `null`: not at all
 * @param now as it was at its end
 * @param at Unix milliseconds
 */
export function finish(
  previous: Incident | null,
  now: Incident,
  reason: ResolvedReason,
  at: number,
): Transition {
  const first = begin(previous, now);
  const end: Incident = {
    ...now,
    status: 'resolved',
    resolvedAt: new Date(at).toISOString(),
    resolvedReason: reason,
    updatedAt: new Date(Math.max(at, Date.parse(now.updatedAt))).toISOString(),
  };
  const words = now.historical ? OF_HISTORY : now.grade === 'suspected' ? FADED : RESOLVED;
  const last = tell(first?.incident ?? previous, end, 'resolved', words[reason]);
  return { incident: last.incident, events: [...(first === null ? [] : [first.event]), last.event] };
}

/** Tells that there is something, or that a suspicion is more than that; `null` where that was told before. */
export function begin(previous: Incident | null, now: Incident): Told | null {
  if (previous === null) return tell(null, now, 'detected', now.summary);
  if (previous.grade !== 'suspected' || now.grade === 'suspected') return null;
  return tell(previous, now, 'updated', `What was suspected is beyond doubt: ${now.summary}`);
}

/** Unix milliseconds; of a place that nobody measured in: long ago. */
export function lastUnit(verdict: CellVerdict): number {
  return verdict.units.at(-1)?.measuredAt ?? Number.NEGATIVE_INFINITY;
}
