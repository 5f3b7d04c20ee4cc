/** A point of a line in pixels; `null` where nothing is known. */
export type Spot = readonly [x: number, y: number] | null;

/**
 * An SVG path that breaks where nothing is known: silence is a gap, never a line across it. A lone point becomes a
 * line of no length, which round caps show as a dot.
 */
export function linePath(spots: readonly Spot[]): string {
  let path = '';
  spots.forEach((spot, i) => {
    if (!spot) return;
    const starts = !spots[i - 1];
    const alone = starts && !spots[i + 1];
    path += `${starts ? 'M' : 'L'}${spot[0].toFixed(1)} ${spot[1].toFixed(1)}${alone ? 'h0.01' : ''}`;
  });
  return path;
}

/** The area between two lines over the same x; breaks where either is unknown. */
export function bandPath(upper: readonly Spot[], lower: readonly Spot[]): string {
  let path = '';
  let run: [Spot, Spot][] = [];
  const close = () => {
    if (run.length > 1) {
      const there = linePath(run.map(([top]) => top));
      const back = linePath(run.map(([, bottom]) => bottom).reverse()).replace('M', 'L');
      path += `${there}${back}Z`;
    }
    run = [];
  };
  upper.forEach((top, i) => {
    const bottom = lower[i] ?? null;
    if (top && bottom) run.push([top, bottom]);
    else close();
  });
  close();
  return path;
}
