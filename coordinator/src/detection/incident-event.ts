import { createHash } from 'node:crypto';
import type { Incident, IncidentEvent } from '@brakelight/shared';

/** An incident as it is told, and the event that tells it. */
export interface Told {
  readonly incident: Incident;
  readonly event: IncidentEvent;
}

/**
 * Makes the event of a transition. Its id is made from the state that was left and the one that was reached, not from when
 * that was worked out: a re-run from the same state tells the same event, whatever came in meanwhile, and the same words at
 * another time are another event. Events of an incident have different, rising times.
 * @param before the incident as it was; `null` where there was none
 */
export function tell(
  before: Incident | null,
  now: Incident,
  type: IncidentEvent['type'],
  reason: string,
): Told {
  const incident = before === null ? now : { ...now, updatedAt: later(before.updatedAt, now.updatedAt) };
  const left = before === null ? 'nothing' : `${before.status} ${before.updatedAt}`;
  const id = idOf('event', incident.id, left, type, incident.kind, incident.grade, incident.status);
  return { incident, event: { id, incidentId: incident.id, type, at: incident.updatedAt, reason, incident } };
}

/** 26 characters made from what they name. */
export function idOf(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 26);
}

function later(before: string, now: string): string {
  return new Date(Math.max(Date.parse(now), Date.parse(before) + 1)).toISOString();
}
