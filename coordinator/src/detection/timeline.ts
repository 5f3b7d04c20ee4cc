import type { PeriodTable } from './period-table.js';
import type { SwapPair, Unit } from './types.js';
import type { UnitIndex } from './unit-index.js';
import { byTime } from './unit-order.js';

/** What one country sent in one period. */
export interface Visit {
  /** Its number; -1 where unknown. */
  readonly country: number;
  readonly hasUnits: boolean;
  /** Positions of its units and pairs in the index, merged in the order of time. */
  readonly walk: (unit: (at: number) => void, pair: (at: number) => void) => void;
}

/** Numbers of the periods from..now in which anybody sent anything, ascending. */
export function periodsBetween({ periods, pairPeriods }: UnitIndex, from: number, now: number): number[] {
  const all = new Set([...periods.periods, ...pairPeriods.periods]);
  return [...all].filter((period) => period >= from && period <= now).sort((a, b) => a - b);
}

/**
 * Who sent something in a period, in the order of their first word. Countries are told apart because within a period
 * nothing passes between them, and a country's cells fit into the processor's cache where all cells do not.
 */
export function visits(index: UnitIndex, period: number): Visit[] {
  const found: { visit: Visit; first: Unit | SwapPair }[] = [];
  for (let country = -1; country < index.countries.length; country++) {
    const units = spanOf(index.periods, period, country);
    const { begin, end } = spanOf(index.pairPeriods, period, country);
    const pairs = index.pairPeriods.positions.subarray(begin, end);
    const hasUnits = units.begin < units.end;
    const [unit, pair] = [hasUnits ? index.units[units.begin] : undefined, index.pairs[pairs[0] ?? -1]];
    const first = pair === undefined || (unit !== undefined && byTime(unit, pair) <= 0) ? unit : pair;
    if (first === undefined) continue;
    const walk: Visit['walk'] = (onUnit, onPair) => merge(index, units, pairs, onUnit, onPair);
    found.push({ visit: { country, hasUnits, walk }, first });
  }
  return found.sort((a, b) => byTime(a.first, b.first)).map(({ visit }) => visit);
}

interface Span {
  readonly begin: number;
  readonly end: number;
}

function spanOf(table: PeriodTable, period: number, country: number): Span {
  const row = table.rowOf(period);
  if (table.periods[row] !== period) return { begin: 0, end: 0 };
  return { begin: table.begin(row, country), end: table.end(row, country) };
}

function merge(
  index: UnitIndex,
  units: Span,
  pairs: Int32Array,
  onUnit: (at: number) => void,
  onPair: (at: number) => void,
): void {
  let next = 0;
  for (let at = units.begin; at < units.end; at++) {
    for (; next < pairs.length; next++) {
      const pair = pairs[next] as number;
      if (byTime(index.units[at] as Unit, index.pairs[pair] as SwapPair) <= 0) break;
      onPair(pair);
    }
    onUnit(at);
  }
  for (; next < pairs.length; next++) onPair(pairs[next] as number);
}
