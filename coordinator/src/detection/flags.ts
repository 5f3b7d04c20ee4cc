import type { Unit } from './types.js';

/** Bits for what a unit shows, in the order of INDICATORS. */
export const FLAG = { slow: 1, stalled: 2, blocked: 4 } as const;

/** What a unit shows, in one number; 0 for a normal one. */
export function flagsOf(unit: Unit): number {
  return (unit.slow ? FLAG.slow : 0) | (unit.stalled ? FLAG.stalled : 0) | (unit.blocked ? FLAG.blocked : 0);
}
