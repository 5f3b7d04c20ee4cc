/** A bet: what it is about, and what it pays. Units of one period share theirs. */
export interface Bet {
  /** At least -1; its mean is at most 0 under the null (platform: X/p0 - 1; swap: g). */
  readonly y: number;
  /** ln(1 + lambda y) for each lambda. */
  readonly logs: Float64Array;
}

export function betOn(y: number, lambdas: readonly number[]): Bet {
  const logs = new Float64Array(lambdas.length);
  for (let l = 0; l < logs.length; l++) logs[l] = Math.log1p((lambdas[l] as number) * y);
  return { y, logs };
}
