import type { AffectedDirection, RateSummary, Share } from '@brakelight/shared';
import { affected } from './affected.js';
import type { Alarm } from './alarm.js';
import { type DetectionParameters, groupsLeftOut } from './parameters.js';
import { rateSummary, shareOf } from './statistics.js';
import type { Unit } from './types.js';

/** What the units since the onset show. */
export interface Since {
  readonly units: readonly Unit[];
  readonly affected: readonly Unit[];
  readonly share: Share;
  readonly shareWithoutFastest: number | null;
  readonly rate: RateSummary | null;
  readonly sybilNumber: number | null;
  readonly direction: AffectedDirection;
}

/** The part of it that the units alone tell. */
export type Seen = Omit<Since, 'direction' | 'sybilNumber'>;

/**
 * @param all units of the place
 * @param end Unix milliseconds of the lift; infinity where there was none
 */
export function sinceOnset(
  all: readonly Unit[],
  alarm: Alarm,
  end: number,
  parameters: DetectionParameters,
): Seen {
  const units = all.filter((unit) => unit.period >= alarm.onset.best && unit.measuredAt <= end);
  const bad = units.filter(affected);
  const speeds = new Map<string, number[]>();
  for (const unit of units)
    speeds.set(unit.subnet, [...(speeds.get(unit.subnet) ?? []), affected(unit) ? 1 : 0]);
  const means = [...speeds].map(([subnet, xs]) => ({
    subnet,
    mean: xs.reduce((a, b) => a + b, 0) / xs.length,
  }));
  means.sort((a, b) => a.mean - b.mean || (a.subnet < b.subnet ? -1 : 1));
  const fastest = new Set(
    means.slice(0, groupsLeftOut(means.length, parameters.trim)).map(({ subnet }) => subnet),
  );
  const rest = units.filter((unit) => !fastest.has(unit.subnet));
  return {
    units,
    affected: bad,
    share: shareOf(bad.length, units.length),
    shareWithoutFastest: rest.length === 0 ? null : rest.filter(affected).length / rest.length,
    rate: rateSummary(bad.filter((unit) => !unit.blocked)),
  };
}
