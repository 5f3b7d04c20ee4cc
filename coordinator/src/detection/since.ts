import type { AffectedDirection, RateSummary, Share } from '@brakelight/shared';
import { affected } from './affected.js';
import type { Alarm } from './alarm.js';
import { type DetectionParameters, groupsLeftOut } from './parameters.js';
import { Speakers } from './speakers.js';
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
  const rest = withoutFastest(units, all, parameters);
  return {
    units,
    affected: bad,
    share: shareOf(bad.length, units.length),
    shareWithoutFastest: rest.length === 0 ? null : rest.filter(affected).length / rest.length,
    rate: rateSummary(bad.filter((unit) => !unit.blocked)),
  };
}

/** Units of all but the f groups with the smallest affected share. */
function withoutFastest(
  units: readonly Unit[],
  all: readonly Unit[],
  { trim }: DetectionParameters,
): readonly Unit[] {
  const speakers = new Speakers();
  for (const unit of all) speakers.subnet(unit);
  const numbers = speakers.groups();
  const groups = new Map<number, Unit[]>();
  for (const unit of units) {
    const group = numbers[speakers.subnet(unit)] as number;
    const own = groups.get(group) ?? [];
    groups.set(group, own);
    own.push(unit);
  }
  const share = (own: readonly Unit[]) => own.filter(affected).length / own.length;
  return [...groups.values()]
    .sort((a, b) => share(a) - share(b))
    .slice(groupsLeftOut(groups.size, trim))
    .flat();
}
