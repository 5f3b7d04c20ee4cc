import type { Alarm, Lift } from '../../detection/alarm.js';
import type { Outside } from '../../detection/baseline.js';
import { logSumExp } from '../../detection/bounds.js';
import type { DetectionParameters } from '../../detection/parameters.js';
import { eBenjaminiHochberg } from '../../detection/public-list.js';
import { quantile, rateSummary } from '../../detection/statistics.js';
import type { Sweep, SweepCountry } from '../../detection/sweep.js';
import type { SweepCell } from '../../detection/sweep-cell.js';
import { sybilNumber } from '../../detection/sybil.js';
import type { Unit } from '../../detection/types.js';

/** Labels of the data set's own kind: by the rates alone, not by the detector. */
const LABEL = { minUnits: 20, throttledBps: 200_000, throttledShare: 0.5, cleanShare: 0.02 } as const;
const PUBLIC_LEVEL = 0.05;

export interface ReportedAlarm {
  readonly unit: number;
  readonly at: string;
  /** R at the alarm (the largest double where it is larger). */
  readonly e: number;
}

export interface ReportedCell {
  readonly country: string | null;
  readonly asn: number | null;
  readonly asnName: string | null;
  readonly target: string;
  readonly units: number;
  readonly slowUnits: number;
  readonly subnets: number;
  readonly state: 'throttled' | 'suspected' | 'insufficient' | 'normal';
  readonly alarms: readonly ReportedAlarm[];
  readonly lifts: readonly ReportedAlarm[];
  readonly rateKbps: number | null;
  readonly sybilNumber: number | null;
  /** ln R at the end of the data. */
  readonly logR: number;
  readonly label: 'throttled' | 'clean' | 'other' | 'too-few';
  readonly note?: string;
}

/** One line per place. */
export function reportCells(
  sweep: Sweep,
  parameters: DetectionParameters,
  target: string,
  names: ReadonlyMap<number, string>,
  notes: ReadonlyMap<number, { why: string }>,
): { cells: ReportedCell[]; countries: ReportedCell[] } {
  const cells: ReportedCell[] = [];
  const countries: ReportedCell[] = [];
  for (const [name, country] of sweep.countries) {
    const place = name === '' ? null : name;
    const describe = (cell: SweepCell, asn: number | null) =>
      reportCell(sweep, parameters, country, cell, { country: place, asn, target }, names, notes);
    if (place !== null) countries.push(describe(country.cell, null));
    for (const [asn, cell] of country.asns) cells.push(describe(cell, asn));
  }
  const size = (a: ReportedCell, b: ReportedCell) => b.units - a.units || (a.asn ?? 0) - (b.asn ?? 0);
  return { cells: cells.sort(size), countries: countries.sort(size) };
}

function reportCell(
  sweep: Sweep,
  parameters: DetectionParameters,
  country: SweepCountry,
  cell: SweepCell,
  place: { country: string | null; asn: number | null; target: string },
  names: ReadonlyMap<number, string>,
  notes: ReadonlyMap<number, { why: string }>,
): ReportedCell {
  const units = cell.units.map((at) => sweep.index.units[at] as Unit);
  const slow = units.filter((unit) => unit.slow);
  const source = place.asn === null ? country.evidence : cell;
  const { logR } = source.evidence('slow', sweep.now);
  const subnets = new Set(units.map((unit) => unit.subnet)).size;
  const note = place.asn === null ? undefined : notes.get(place.asn)?.why;
  return {
    ...place,
    asnName: place.asn === null ? null : (names.get(place.asn) ?? null),
    units: units.length,
    slowUnits: slow.length,
    subnets,
    state: stateOf(cell, { logR, subnets, outside: country.outside.get('slow') }, parameters),
    alarms: cell.alarms.map(reported),
    lifts: cell.lifts.map(reported),
    rateKbps: slow.length === 0 ? null : (rateSummary(slow)?.medianBps ?? 0) / 1000,
    sybilNumber: place.asn === null ? null : sybilNumber(cell, source, sweep.now),
    logR,
    label: labelOf(units),
    ...(note === undefined ? {} : { note }),
  };
}

/** Silence is not normal: nor is a place with nothing to compare it with. */
function stateOf(
  cell: SweepCell,
  { logR, subnets, outside }: { logR: number; subnets: number; outside: Outside | undefined },
  { suspicion, minSubnets }: DetectionParameters,
): 'throttled' | 'suspected' | 'insufficient' | 'normal' {
  if (cell.open !== null) return 'throttled';
  if (logR >= Math.log(suspicion)) return 'suspected';
  const comparable = outside !== undefined && outside.state !== 'insufficient';
  return subnets >= minSubnets && comparable ? 'normal' : 'insufficient';
}

function reported(crossing: Alarm | Lift): ReportedAlarm {
  return {
    unit: crossing.unit,
    at: new Date(crossing.at).toISOString(),
    e: Math.min(Number.MAX_VALUE, Math.exp(crossing.logR)),
  };
}

function labelOf(units: readonly Unit[]): ReportedCell['label'] {
  if (units.length < LABEL.minUnits) return 'too-few';
  const low = units.filter((unit) => (unit.targetRateBps ?? 0) < LABEL.throttledBps).length / units.length;
  return low >= LABEL.throttledShare ? 'throttled' : low <= LABEL.cleanShare ? 'clean' : 'other';
}

/** "Throttled now", at the end of the data: e-BH at 5 % on R / (number of starts in the window). */
export function publicList(sweep: Sweep): { country: string | null; asn: number; logE: number }[] {
  const candidates: { country: string | null; asn: number; logE: number }[] = [];
  for (const [name, country] of sweep.countries) {
    for (const [asn, cell] of country.asns) {
      const { logE } = cell.evidence('slow', sweep.now);
      candidates.push({
        country: name === '' ? null : name,
        asn,
        logE: logSumExp(logE) - Math.log(logE.length),
      });
    }
  }
  const listed = eBenjaminiHochberg(
    candidates.map((candidate) => candidate.logE),
    PUBLIC_LEVEL,
  );
  return listed.map((at) => candidates[at] as (typeof candidates)[number]);
}

/** The figures that are compared: by the labels, in one country's ASNs. */
export function summarize(cells: readonly ReportedCell[], countries: readonly ReportedCell[]) {
  const throttled = cells.filter((cell) => cell.label === 'throttled');
  const delays = throttled.flatMap((cell) => cell.alarms[0]?.unit ?? []).sort((a, b) => a - b);
  const home = countries.find((country) => country.alarms.length > 0)?.country ?? null;
  const clean = cells.filter((cell) => cell.label === 'clean' && (home === null || cell.country === home));
  const lifts = cells.filter((cell) => cell.lifts.length > 0);
  return {
    throttled: throttled.length,
    found: delays.length,
    missed: throttled.filter((cell) => cell.alarms.length === 0).map((cell) => cell.asn),
    delayMedian: delays.length === 0 ? null : quantile(delays, 0.5),
    delayP90: delays.length === 0 ? null : quantile(delays, 0.9),
    clean: clean.length,
    cleanAlarms: clean.reduce((sum, cell) => sum + cell.alarms.length, 0),
    alarms: cells.reduce((sum, cell) => sum + cell.alarms.length, 0),
    countryAlarms: countries.reduce((sum, cell) => sum + cell.alarms.length, 0),
    lifted: lifts.length,
  };
}
