import type { DetectionParameters } from './parameters.js';

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
