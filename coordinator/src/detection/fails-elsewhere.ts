import type { P0Point } from './country-sweep.js';
import type { DetectionParameters, Indicator } from './parameters.js';

/** Did the platform fail elsewhere, in the newest period of which enough is known? The last one has only begun. */
export function failsElsewhere(
  p0: readonly P0Point[],
  indicator: Indicator,
  now: number,
  { lostAfterPeriods, outageMinUnits }: DetectionParameters,
): boolean {
  const known = p0.filter(
    (point) =>
      point.indicator === indicator &&
      point.period > now - lostAfterPeriods &&
      point.samePeriodUnits >= outageMinUnits,
  );
  return known.at(-1)?.state === 'outage';
}
