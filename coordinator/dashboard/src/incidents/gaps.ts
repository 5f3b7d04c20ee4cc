import type { SeriesPoint } from '@brakelight/shared';

/** Tests are spread over probes and hours: only a silence of more steps than this is a gap. */
const STEPS = 3;

/**
 * Marks where nobody measured. Steps without tests are left out of a series; a line from one side of a long silence
 * to the other would claim what nobody saw.
 * @param stepMs length of a step in milliseconds
 * @returns the points, with an empty one put into each gap
 */
export function withGaps(points: readonly SeriesPoint[], stepMs: number): SeriesPoint[] {
  const times = points.map(({ at }) => Date.parse(at));
  const distances = times.slice(1).map((at, i) => at - (times[i] ?? at));
  const longest = STEPS * Math.max(stepMs, median(distances));
  return points.flatMap((point, i) => {
    const distance = distances[i - 1] ?? 0;
    return distance > longest ? [silence((times[i] ?? 0) - distance / 2), point] : [point];
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function silence(at: number): SeriesPoint {
  return {
    at: new Date(at).toISOString(),
    tests: 0,
    slowShare: null,
    targetMedianBps: null,
    targetP25Bps: null,
    targetP75Bps: null,
    controlMedianBps: null,
    controlP25Bps: null,
    controlP75Bps: null,
  };
}
