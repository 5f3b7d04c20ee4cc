import type { InvalidReason, TestClass } from '@brakelight/shared';

/** What a test says (method section 3). Of `class` and `invalidReason` at most one is set; swap pairs have no class. */
export interface Classification {
  readonly class: TestClass | null;
  readonly invalidReason: InvalidReason | null;
  /** Reported rates of A and B, or of C and D; bits per second. */
  readonly targetRateBps: number | null;
  readonly controlRateBps: number | null;
  /** rate(A)/rate(B), or rate(C)/rate(D), over the same range of bytes. */
  readonly ratio: number | null;
  /** Swap pairs: g in [-1, 1]; `null` otherwise. */
  readonly gain: number | null;
}

/** A test that says nothing, and why. */
export function invalid(reason: InvalidReason): Classification {
  return {
    class: null,
    invalidReason: reason,
    targetRateBps: null,
    controlRateBps: null,
    ratio: null,
    gain: null,
  };
}
