/** 95 % of the normal distribution, one-sided. */
const Z95 = 1.6448536269514722;

/** One-sided 95 % upper bound of a share (Wilson's score); `k` may be fractional (sums of means). 1 where n = 0. */
export function upperShare(k: number, n: number): number {
  if (n <= 0) return 1;
  const p = Math.min(1, k / n);
  const z2 = Z95 * Z95;
  const centre = p + z2 / (2 * n);
  return Math.min(1, (centre + Z95 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / (1 + z2 / n));
}

/** One-sided 95 % lower bound of a share (Wilson's score). */
export function lowerShare(k: number, n: number): number {
  return n <= 0 ? 0 : 1 - upperShare(n - k, n);
}

/** ln(sum of exp(values)), without overflow; -Infinity for none. */
export function logSumExp(values: ArrayLike<number>, from = 0, to = values.length): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) max = Math.max(max, values[i] as number);
  if (max === Number.NEGATIVE_INFINITY) return max;
  let sum = 0;
  for (let i = from; i < to; i++) sum += Math.exp((values[i] as number) - max);
  return max + Math.log(sum);
}

/** ln of the mean of exp(values). */
export function logMeanExp(values: Float64Array): number {
  const max = largest(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] as number) - max);
  return max + Math.log(sum / values.length);
}

/** -Infinity for none. */
export function largest(values: Float64Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) max = Math.max(max, values[i] as number);
  return max;
}

/** ln(e^a + e^b). */
export function logAdd(a: number, b: number): number {
  if (a === Number.NEGATIVE_INFINITY) return b;
  if (b === Number.NEGATIVE_INFINITY) return a;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}

/**
 * Weights with which no member of three or more has over a third of the whole, and two have the same.
 * @returns the cap to apply to each size
 */
export function capAtAThird(sizes: readonly number[]): number {
  let [first, second, total] = [0, 0, 0];
  for (const size of sizes) {
    total += size;
    second = Math.max(second, Math.min(first, size));
    first = Math.max(first, size);
  }
  if (sizes.length <= 2) return sizes.length === 2 ? second : first;
  if (first <= total / 3) return first;
  const oneCapped = (total - first) / 2;
  return second <= oneCapped ? oneCapped : total - first - second;
}
