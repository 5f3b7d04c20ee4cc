import type { DetectionParameters } from './parameters.js';

/** What is known of a country whose incident is open. */
export interface NamingState {
  /** ASNs that have spoken. */
  readonly known: number;
  /** Those whose own alarm stands. */
  readonly named: number;
  /** Starts that the ASN's R is the sum of. */
  readonly starts: number;
}

/**
 * R from which one more ASN is named in an open incident. The incident itself has paid the price A of a false alarm; what
 * is left to answer is which networks it is in. So a name needs to be suspected by its own evidence, and to keep the
 * named ones self-consistent at `namingLevel` q:
 *
 *     R / starts >= known / (q (named + 1))
 *
 * By Wang and Ramdas ("False discovery rate control with e-values", 2022, self-consistency) the expected share of false names
 * is then at most q, whatever the dependence between the networks of a country. Never above A: from there an ASN speaks
 * for itself.
 */
export function namingThreshold(
  { known, named, starts }: NamingState,
  { threshold, suspicion, namingLevel }: DetectionParameters,
): number {
  return Math.min(threshold, Math.max(suspicion, (known * starts) / (namingLevel * (named + 1))));
}
