/** A point of a line in pixels; `null` where nothing is known. */
export type Spot = readonly [x: number, y: number] | null;

/** An SVG path that breaks where nothing is known: silence is a gap, never a line across it. */
export function linePath(spots: readonly Spot[]): string {
  let pen = 'M';
  let path = '';
  for (const spot of spots) {
    if (!spot) {
      pen = 'M';
      continue;
    }
    path += `${pen}${spot[0].toFixed(1)} ${spot[1].toFixed(1)}`;
    pen = 'L';
  }
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
