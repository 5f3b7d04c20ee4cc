import type { IncidentKind } from '@brakelight/shared';
import type { Unit } from './types.js';

/** The state of a cell where an alarm stands. */
export const STATE_OF = { slow: 'throttled', stalled: 'stalled', blocked: 'blocked' } as const;

/** Does a unit show that anything is done to the platform? */
export function affected(unit: Unit): boolean {
  return unit.slow || unit.stalled || unit.blocked;
}

/** What most of the last affected units show: an incident may turn from slow to blocked. */
export function kindOf(units: readonly Unit[]): IncidentKind {
  const last = units.slice(-12);
  const blocked = last.filter((unit) => unit.blocked).length;
  const stalled = last.filter((unit) => unit.stalled).length;
  const slow = last.length - blocked - stalled;
  return blocked > slow && blocked >= stalled ? 'blocked' : stalled > slow ? 'stalled' : 'slow';
}
