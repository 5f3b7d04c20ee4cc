import type { AlertType, IncidentEvent } from '@brakelight/shared';

/** What is told of an event. */
export interface Announcement {
  readonly type: AlertType;
  /** Of what was never more than suspected: for those only who asked for suspicions. */
  readonly suspicion: boolean;
}

/**
 * What receivers are told about an event, if anything. Whoever did not ask for suspicions never hears of one: the first
 * event that is more is `detected` to all, and what was never more ends in silence.
 * @param event the event to announce
 * @param earlier the events of the same incident before it
 */
export function announcementOf(event: IncidentEvent, earlier: readonly IncidentEvent[]): Announcement | null {
  const announced = earlier.some((one) => one.type !== 'resolved' && one.incident.grade !== 'suspected');
  const suspicion = !announced && event.incident.grade === 'suspected';
  if (event.type === 'resolved')
    return announced || suspicion ? { type: 'throttling.resolved', suspicion } : null;
  if (suspicion) return { type: 'throttling.suspected', suspicion };
  const more = announced && event.type === 'updated';
  return { type: more ? 'throttling.updated' : 'throttling.detected', suspicion };
}

/** Receivers get messages about one incident in this order, whatever happens to single ones. */
const RANK: Readonly<Record<AlertType, number>> = {
  'throttling.suspected': 0,
  'throttling.detected': 1,
  'throttling.updated': 2,
  'throttling.resolved': 3,
};

/** Sort key of a message among those of its incident. */
export function orderOf(type: AlertType, at: string): number {
  // Unix milliseconds stay below 1e14 for three thousand years; sums below 2^53 are exact.
  return RANK[type] * 1e14 + Date.parse(at);
}
