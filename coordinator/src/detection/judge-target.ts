import type { AffectedDirection } from '@brakelight/shared';
import { affected, kindOf } from './affected.js';
import { type Alarm, onsetOf } from './alarm.js';
import type { Outside } from './baseline.js';
import type { Evidence, EvidenceSource } from './cell-evidence.js';
import { stateOf } from './cell-state.js';
import type { CellVerdict } from './cell-verdict.js';
import { directionOf, type GroupedPair } from './direction.js';
import { failsElsewhere } from './fails-elsewhere.js';
import type { DetectionParameters, Indicator } from './parameters.js';
import { type Since, sinceOnset } from './since.js';
import { median } from './statistics.js';
import { type Sweep, type SweepCountry, sweep } from './sweep.js';
import type { SweepCell } from './sweep-cell.js';
import { sybilNumber } from './sybil.js';
import type { SwapPair, Unit } from './types.js';
import { distinct } from './unit-index.js';

/**
 * Judges one target everywhere, at one moment. Pure: the same units give the same verdicts, in whatever order they came.
 * @param units of the window, and before it for the baseline (14 days)
 * @param at Unix milliseconds
 * @param from first period with bets; without it the window before `at`
 */
export function judgeTarget(
  units: readonly Unit[],
  pairs: readonly SwapPair[],
  parameters: DetectionParameters,
  at: number,
  from?: number,
): CellVerdict[] {
  const now = Math.floor(at / parameters.periodMs);
  const found = sweep(units, pairs, parameters, from ?? now - parameters.windowPeriods + 1, now);
  const verdicts: CellVerdict[] = [];
  for (const [name, country] of found.countries) {
    const place = name === '' ? null : name;
    if (place !== null) verdicts.push(describe(found, country, country.cell, place, null, parameters));
    for (const [asn, cell] of country.asns) {
      verdicts.push(describe(found, country, cell, place, asn, parameters));
    }
  }
  return verdicts;
}

function describe(
  found: Sweep,
  country: SweepCountry,
  cell: SweepCell,
  place: string | null,
  asn: number | null,
  parameters: DetectionParameters,
): CellVerdict {
  const { index } = found;
  const units = cell.units.map((at) => index.units[at] as Unit);
  const bad = cell.units.filter((at) => index.flags[at] !== 0);
  const last = cell.alarms.at(-1) ?? null;
  const source = asn === null ? country.evidence : cell;
  const shown = last === null ? null : seen(units, last, cell, source, parameters, found.now);
  const kind = kindOf(shown?.affected ?? bad.slice(-12).map((at) => index.units[at] as Unit));
  const outside =
    country.outside.get(last?.indicator ?? kind) ?? country.outside.values().next().value ?? null;
  const since =
    shown === null ? null : { ...shown, direction: directionSince(shown, found, cell, outside, parameters) };
  const indicator = last?.indicator ?? kind;
  const evidence = source.evidence(indicator, found.now);
  const { logR } = evidence;
  const logSwap = cell.confirmation();
  const subnets = distinct(index.subnet, cell.units);
  const owners = distinct(index.owner, cell.units);
  const lost = found.now - parameters.lostAfterPeriods;
  const recent = units.slice(units.findLastIndex((unit) => unit.period <= lost) + 1);
  const outage = failsElsewhere(country.p0, indicator, found.now, parameters);
  const said = stateOf({
    open: cell.open,
    kind,
    logR,
    subnets,
    owners,
    recent,
    units,
    outside,
    outage,
    parameters,
  });
  const crossing = said.state === 'suspected' ? suspicionIn(units, evidence, indicator, parameters) : null;
  const suspicion =
    crossing === null
      ? null
      : {
          alarm: crossing,
          since: {
            ...seen(units, crossing, cell, source, parameters, found.now),
            direction: 'download' as const,
          },
        };
  return {
    country: place,
    asn,
    ...said,
    kind,
    units,
    pairs: cell.pairs.map((at) => index.pairs[at] as SwapPair),
    subnets,
    owners,
    logR,
    logSwap,
    outside,
    alarms: cell.alarms,
    lifts: cell.lifts,
    open: cell.open,
    since,
    suspicion,
    cell: {
      country: place,
      asn,
      ...said,
      lastUnitAt: units.length === 0 ? null : new Date((units.at(-1) as Unit).measuredAt).toISOString(),
      tests: cell.units.reduce((sum, at) => sum + (index.tests[at] as number), 0),
      units: units.length,
      subnets,
      owners,
      slowShare: units.length === 0 ? null : bad.length / units.length,
      targetRateBps: median(recent.map((unit) => unit.targetRateBps)),
      controlRateBps: median(recent.map((unit) => unit.controlRateBps)),
      logR,
      logA: Math.log(parameters.threshold),
      p0: outside?.p0 ?? null,
    },
  };
}

/** R that stands above the suspicion threshold now, told as of the last unit that raised it; `null` where it does not. */
function suspicionIn(
  units: readonly Unit[],
  evidence: Evidence,
  indicator: Indicator,
  { suspicion }: DetectionParameters,
): Alarm | null {
  const logThreshold = Math.log(suspicion);
  const last = units.findLast(affected);
  if (last === undefined || !(evidence.logR >= logThreshold)) return null;
  const { measuredAt: at, period } = last;
  const { logR } = evidence;
  return { unit: units.length, at, period, logR, logThreshold, indicator, onset: onsetOf(evidence) };
}

/** What the units since an alarm show, until its lift. */
function seen(
  units: readonly Unit[],
  alarm: Alarm,
  cell: SweepCell,
  source: EvidenceSource,
  parameters: DetectionParameters,
  now: number,
): Omit<Since, 'direction'> {
  const end = cell.lifts.find((lift) => lift.at >= alarm.at)?.at ?? Number.POSITIVE_INFINITY;
  const shown = sinceOnset(units, alarm, end, parameters);
  return { ...shown, sybilNumber: sybilNumber(cell, source, now) };
}

/** Swap pairs count from the period after the one in which suspicion arose, as for the grade, until the end. */
function directionSince(
  { share }: Pick<Since, 'share'>,
  { index }: Sweep,
  cell: SweepCell,
  outside: Outside | null,
  parameters: DetectionParameters,
): AffectedDirection {
  const after = cell.suspectedSince ?? cell.alarms.at(-1)?.period ?? Number.POSITIVE_INFINITY;
  const until = cell.open === null ? (cell.lifts.at(-1)?.at ?? 0) : Number.POSITIVE_INFINITY;
  const pairs = cell.pairs.flatMap((at): GroupedPair[] => {
    const pair = index.pairs[at] as SwapPair;
    const counts = pair.period > after && pair.measuredAt <= until;
    return counts ? [{ pair, group: index.pairGroup[at] as number }] : [];
  });
  return directionOf(share.lower > (outside?.p0 ?? 1), pairs, cell.groups(), parameters);
}
