/**
 * e-BH (Wang and Ramdas): the k cells with the largest e-values, k the largest number with e_(k) >= m / (level k). The
 * share of false ones among the listed is at most `level`, under any dependence.
 * @param logE ln of one e-value per cell, all of the same moment
 * @param m cells in all, where those whose e-value is below 1 / level (never listed) were left out
 * @returns positions of the listed cells, most certain first
 */
export function eBenjaminiHochberg(
  logE: readonly number[],
  level: number,
  m: number = logE.length,
): number[] {
  const order = [...logE.keys()].sort((a, b) => (logE[b] as number) - (logE[a] as number) || a - b);
  let listed = 0;
  for (const [rank, cell] of order.entries()) {
    if ((logE[cell] as number) >= Math.log(m / (level * (rank + 1)))) listed = rank + 1;
  }
  return order.slice(0, listed);
}
