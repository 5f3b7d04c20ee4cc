/** Longitude and latitude in degrees. */
export type Position = readonly [number, number];

/**
 * Douglas-Peucker simplification of one line. Longitudes are scaled by the cosine of the latitude, so that the
 * tolerance means the same distance everywhere.
 * @param tolerance largest allowed deviation, degrees of latitude
 * @returns the kept points; the first and the last are always among them
 */
export function simplify(line: readonly Position[], tolerance: number): Position[] {
  const first = line[0];
  const last = line.at(-1);
  if (line.length <= 2 || !first || !last) return [...line];
  const stretch = Math.cos((first[1] * Math.PI) / 180);
  let farthest = 0;
  let distance = -1;
  for (let i = 1; i < line.length - 1; i++) {
    const point = line[i] as Position;
    const d = distanceToSegment(point, first, last, stretch);
    if (d > distance) {
      distance = d;
      farthest = i;
    }
  }
  if (distance <= tolerance) return [first, last];
  const head = simplify(line.slice(0, farthest + 1), tolerance);
  const tail = simplify(line.slice(farthest), tolerance);
  return [...head.slice(0, -1), ...tail];
}

function distanceToSegment(p: Position, a: Position, b: Position, stretch: number): number {
  const dx = (b[0] - a[0]) * stretch;
  const dy = b[1] - a[1];
  const px = (p[0] - a[0]) * stretch;
  const py = p[1] - a[1];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
  return Math.hypot(px - t * dx, py - t * dy);
}
