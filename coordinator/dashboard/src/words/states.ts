import type { CellState } from '@brakelight/shared';

/** What the map can show of a place: a state, or that no probe is there. */
export type Shade = CellState | 'no-probes';

interface StateWords {
  /** As it stands in the legend. */
  readonly label: string;
  /** One clause that says what it means. */
  readonly meaning: string;
}

export const STATE_WORDS: Readonly<Record<Shade, StateWords>> = {
  throttled: { label: 'Throttled', meaning: 'slowed here, and not elsewhere' },
  stalled: { label: 'Frozen', meaning: 'transfers stop after a few kilobytes' },
  blocked: { label: 'Blocked', meaning: 'connections fail here, and not elsewhere' },
  suspected: { label: 'Suspected', meaning: 'unusual, too little evidence for an alarm' },
  'platform-outage': { label: 'Platform outage', meaning: 'slow everywhere: the platform’s own trouble' },
  'local-congestion': { label: 'Congested lines', meaning: 'everything is slow here, not one platform' },
  normal: { label: 'Normal', meaning: 'measured, and as fast as it should be' },
  insufficient: { label: 'Not enough data', meaning: 'too few tests to say anything' },
  'no-probes': { label: 'No probes', meaning: 'nobody measures here' },
};

/** Worst first. Silence ranks below everything that was seen. */
export const SEVERITY: readonly CellState[] = [
  'blocked',
  'stalled',
  'throttled',
  'suspected',
  'local-congestion',
  'platform-outage',
  'normal',
  'insufficient',
];

/** Order of the legend. */
export const LEGEND: readonly Shade[] = [
  'throttled',
  'stalled',
  'blocked',
  'suspected',
  'platform-outage',
  'local-congestion',
  'normal',
  'insufficient',
  'no-probes',
];

export function worstOf(states: readonly CellState[]): CellState | null {
  return SEVERITY.find((state) => states.includes(state)) ?? null;
}
