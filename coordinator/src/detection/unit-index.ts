import { INDICATORS, type Indicator } from './parameters.js';
import { PeriodTable } from './period-table.js';
import { Speakers } from './speakers.js';
import type { SwapPair, Unit } from './types.js';
import { inOrder } from './unit-order.js';

/** Bits of {@link UnitIndex.flags}, in the order of INDICATORS. */
export const FLAG = { slow: 1, stalled: 2, blocked: 4 } as const;

/**
 * Evidence of one target with numbers in place of names: a column for each. Units lie by period, country and time, so that
 * what is worked on together lies together; the units of a country are in the order of time.
 */
export class UnitIndex {
  readonly units: readonly Unit[];
  /** In the order of time. */
  readonly pairs: readonly SwapPair[];
  /** Names of countries; a unit's country is a position in here, -1 where unknown. */
  readonly countries: readonly string[];
  readonly period: Int32Array;
  readonly measuredAt: Float64Array;
  /** -1 where unknown. */
  readonly asn: Float64Array;
  readonly pairCountry: Int32Array;
  readonly subnet: Int32Array;
  readonly pairSubnet: Int32Array;
  readonly subnetCount: number;
  readonly owner: Int32Array;
  readonly pairOwner: Int32Array;
  readonly ownerCount: number;
  /** Independent group of a unit: see {@link Speakers.groups}. */
  readonly group: Int32Array;
  readonly pairGroup: Int32Array;
  readonly flags: Uint8Array;
  readonly tests: Int32Array;
  /** Flags of the previous unit of the same subnet and ASN; -1 for the first. */
  readonly previous: Int8Array;
  readonly periods: PeriodTable;
  readonly pairPeriods: PeriodTable;
  /** Period in which each indicator was first shown, by anybody; what nobody showed needs no detector. */
  readonly firstSeen: ReadonlyMap<Indicator, number>;

  constructor(units: readonly Unit[], pairs: readonly SwapPair[]) {
    const ordered = inOrder(units);
    this.pairs = inOrder(pairs);
    const n = ordered.length;
    const countries = new CountryNumbers();
    const country = countries.column(ordered);
    this.pairCountry = countries.column(this.pairs);
    this.countries = countries.names;
    this.periods = new PeriodTable(ordered, country, this.countries.length);
    this.pairPeriods = new PeriodTable(this.pairs, this.pairCountry, this.countries.length);
    const sorted = new Array<Unit>(n);
    for (let at = 0; at < n; at++) sorted[at] = ordered[this.periods.positions[at] as number] as Unit;
    this.units = sorted;
    const speakers = new Speakers();
    const lines = new Lines();
    const firstSeen = new Map<Indicator, number>();
    this.period = new Int32Array(n);
    this.measuredAt = new Float64Array(n);
    this.asn = new Float64Array(n);
    this.subnet = new Int32Array(n);
    this.owner = new Int32Array(n);
    this.flags = new Uint8Array(n);
    this.tests = new Int32Array(n);
    this.previous = new Int8Array(n);
    const placeOf = inverse(this.periods.positions);
    let seen = 0;
    for (let i = 0; i < n; i++) {
      const unit = ordered[i] as Unit;
      const at = placeOf[i] as number;
      const flags = flagsOf(unit);
      const { subnet, ownerNumber } = speakers.of(unit);
      this.asn[at] = unit.asn ?? -1;
      this.period[at] = unit.period;
      this.measuredAt[at] = unit.measuredAt;
      this.subnet[at] = subnet;
      this.owner[at] = ownerNumber;
      this.flags[at] = flags;
      this.tests[at] = unit.tests;
      this.previous[at] = lines.next(subnet, unit.asn, flags);
      if ((flags & ~seen) !== 0) {
        seen |= flags;
        for (const indicator of INDICATORS) {
          if ((flags & FLAG[indicator]) !== 0 && !firstSeen.has(indicator))
            firstSeen.set(indicator, unit.period);
        }
      }
    }
    this.pairSubnet = new Int32Array(this.pairs.length);
    this.pairOwner = new Int32Array(this.pairs.length);
    for (const [at, pair] of this.pairs.entries()) {
      const { subnet, ownerNumber } = speakers.of(pair);
      this.pairSubnet[at] = subnet;
      this.pairOwner[at] = ownerNumber;
    }
    const groups = speakers.groups();
    this.group = this.subnet.map((subnet) => groups[subnet] as number);
    this.pairGroup = this.pairSubnet.map((subnet) => groups[subnet] as number);
    this.subnetCount = speakers.subnets;
    this.ownerCount = speakers.owners;
    this.firstSeen = firstSeen;
  }
}

function inverse(permutation: Int32Array): Int32Array {
  const inverted = new Int32Array(permutation.length);
  for (let i = 0; i < permutation.length; i++) inverted[permutation[i] as number] = i;
  return inverted;
}

/** How many different numbers a column has at some positions. */
export function distinct(column: Int32Array, positions: readonly number[]): number {
  const found = new Set<number>();
  for (const at of positions) found.add(column[at] as number);
  return found.size;
}

function flagsOf(unit: Unit): number {
  return (unit.slow ? FLAG.slow : 0) | (unit.stalled ? FLAG.stalled : 0) | (unit.blocked ? FLAG.blocked : 0);
}

class CountryNumbers {
  readonly names: string[] = [];
  readonly #numbers = new Map<string | null, number>([[null, -1]]);

  column(items: readonly { readonly country: string | null }[]): Int32Array {
    const column = new Int32Array(items.length);
    for (let i = 0; i < items.length; i++)
      column[i] = this.#of((items[i] as { country: string | null }).country);
    return column;
  }

  #of(name: string | null): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.names.push(name as string) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }
}

/** What each line (subnet and ASN) showed last. Nearly every subnet has one ASN; the others are kept aside. */
class Lines {
  readonly #asn: (number | null)[] = [];
  readonly #flags: number[] = [];
  readonly #others = new Map<string, number>();

  /** Notes what a line shows. @returns what it showed before; -1 where nothing */
  next(subnet: number, asn: number | null, flags: number): number {
    const before = this.#flags[subnet];
    if (before === undefined) {
      this.#asn[subnet] = asn;
      this.#flags[subnet] = flags;
      return -1;
    }
    const last = this.#asn[subnet] as number | null;
    this.#flags[subnet] = flags;
    if (last === asn) return before;
    this.#others.set(`${subnet} ${last}`, before);
    this.#asn[subnet] = asn;
    return this.#others.get(`${subnet} ${asn}`) ?? -1;
  }
}
