import type { Direction, PairMechanism } from '@brakelight/shared';

/**
 * The piece of evidence that a test becomes (method 3): one per subnet, ASN, target, direction and period, made from
 * its first valid test by measuredAt.
 */
export interface Unit {
  /** Id of the test it was made from; ties in time are broken by it. */
  readonly id: string;
  /** Unix milliseconds. */
  readonly measuredAt: number;
  /** Number of the period since the epoch: floor(measuredAt / period). */
  readonly period: number;
  readonly country: string | null;
  readonly asn: number | null;
  /** Keyed hash of the /24 or /48. */
  readonly subnet: string;
  readonly owner: string;
  readonly slow: boolean;
  readonly stalled: boolean;
  readonly blocked: boolean;
  /** Bits per second; `null` where nothing came. */
  readonly targetRateBps: number | null;
  readonly controlRateBps: number | null;
  /** Tests of this subnet, ASN and target in the period, this one included. */
  readonly tests: number;
}

/** One swap pair (method 4, null of the swap channel). */
export interface SwapPair {
  readonly id: string;
  readonly measuredAt: number;
  readonly period: number;
  readonly country: string | null;
  readonly asn: number | null;
  readonly subnet: string;
  readonly owner: string;
  /** Of both arms. */
  readonly direction: Direction;
  /** clip(-ln(C/D)/0.8, -1, 1); +1 for a failed C with a good D, -1 for the reverse. */
  readonly gain: number;
  /** As the sender's TCP_INFO shows it; `null` or absent where that is not known. No judgement rests on it. */
  readonly mechanism?: PairMechanism | null;
}
