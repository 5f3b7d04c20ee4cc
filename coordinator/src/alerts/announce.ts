import type { AlertType, IncidentEvent } from '@brakelight/shared';

/**
 * What receivers are told about an event, if anything. A suspicion is shown, never sent; so the first event that is
 * more than a suspicion is what receivers know as `detected`, and an incident that was never announced ends in silence.
 * @param event the event to announce
 * @param earlier the events of the same incident before it
 */
export function alertTypeOf(event: IncidentEvent, earlier: readonly IncidentEvent[]): AlertType | null {
  const announced = earlier.some((one) => one.type !== 'resolved' && one.incident.grade !== 'suspected');
  if (event.type === 'resolved') return announced ? 'throttling.resolved' : null;
  if (event.incident.grade === 'suspected') return null;
  return announced && event.type === 'updated' ? 'throttling.updated' : 'throttling.detected';
}

/** Receivers get messages about one incident in this order, whatever happens to single ones. */
const RANK: Readonly<Record<AlertType, number>> = {
  'throttling.detected': 0,
  'throttling.updated': 1,
  'throttling.resolved': 2,
};

/** Sort key of a message among those of its incident. */
export function orderOf(type: AlertType, at: string): number {
  // Unix milliseconds stay below 1e14 for three thousand years; sums below 2^53 are exact.
  return RANK[type] * 1e14 + Date.parse(at);
}
