/** A bet: what it is about, and what it pays. Units of one period share theirs. */
export interface Bet {
  /** At least -1; its mean is at most 0 under the null (platform: X/p0 - 1; swap: g). */
  readonly y: number;
  /** ln(1 + lambda y) for each lambda. */
  readonly logs: Float64Array;
}

export function betOn(y: number, lambdas: readonly number[]): Bet {
  return { y, logs: Float64Array.from(lambdas, (lambda) => Math.log1p(lambda * y)) };
}
