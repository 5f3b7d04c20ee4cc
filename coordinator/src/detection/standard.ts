import type { EvidenceSource } from './cell-evidence.js';
import type { Indicator } from './parameters.js';

/** What a cell is held to when evidence comes. */
export interface Standard {
  /** Where its ln R comes from. */
  readonly source: EvidenceSource;
  /** R at which it alarms; asked only of a cell that is suspected. */
  readonly threshold: () => number;
  /** Affected share of the outside now: what an end would look like. */
  readonly elsewhere: (indicator: Indicator) => number;
}
