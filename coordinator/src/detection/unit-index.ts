import { column } from './column.js';
import { CountryNumbers } from './country-numbers.js';
import type { Indicator } from './parameters.js';
import { PeriodTable } from './period-table.js';
import { Speakers } from './speakers.js';
import type { SwapPair, Unit } from './types.js';
import { UnitColumns } from './unit-columns.js';
import { inOrder } from './unit-order.js';

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
  /** What a unit shows: bits of FLAG. */
  readonly flags: Uint8Array;
  readonly tests: Int32Array;
  /** Flags of the previous unit of the same subnet and ASN; -1 for the first. */
  readonly previous: Int8Array;
  readonly periods: PeriodTable;
  readonly pairPeriods: PeriodTable;
  /** Period in which each indicator was first shown, by anybody; what nobody showed needs no detector. */
  readonly firstSeen: ReadonlyMap<Indicator, number>;

  constructor(given: readonly Unit[], pairs: readonly SwapPair[]) {
    const ordered = inOrder(given);
    this.pairs = inOrder(pairs);
    const countries = new CountryNumbers();
    const speakers = new Speakers();
    const columns = new UnitColumns(ordered, countries, speakers);
    this.pairCountry = Int32Array.from(this.pairs, ({ country }) => countries.of(country));
    this.pairSubnet = new Int32Array(this.pairs.length);
    this.pairOwner = new Int32Array(this.pairs.length);
    for (const [at, pair] of this.pairs.entries()) {
      const subnet = speakers.subnet(pair);
      this.pairSubnet[at] = subnet;
      this.pairOwner[at] = speakers.ownerOf(subnet);
    }
    this.countries = countries.names;
    this.periods = new PeriodTable(columns.period, columns.country, this.countries.length);
    const pairPeriod = Int32Array.from(this.pairs, ({ period }) => period);
    this.pairPeriods = new PeriodTable(pairPeriod, this.pairCountry, this.countries.length);
    const { positions } = this.periods;
    const units = new Array<Unit>(positions.length);
    for (let at = 0; at < positions.length; at++) units[at] = ordered[positions[at] as number] as Unit;
    const { period, measuredAt, asn, subnet, owner, flags, tests, previous } = columns;
    rearrange([period, measuredAt, asn, subnet, owner, flags, tests, previous], positions);
    this.units = units;
    this.period = period;
    this.measuredAt = measuredAt;
    this.asn = asn;
    this.subnet = subnet;
    this.owner = owner;
    this.flags = flags;
    this.tests = tests;
    this.previous = previous;
    const groups = speakers.groups();
    this.group = column.int32(subnet.length);
    for (let at = 0; at < subnet.length; at++) this.group[at] = groups[subnet[at] as number] as number;
    this.pairGroup = this.pairSubnet.map((subnet) => groups[subnet] as number);
    this.subnetCount = speakers.subnets;
    this.ownerCount = speakers.owners;
    this.firstSeen = columns.firstSeen;
  }
}

/** Puts the numbers of each column in the order of their positions. One buffer serves all: a column is large. */
function rearrange(
  columns: readonly (Int8Array | Uint8Array | Int32Array | Float64Array)[],
  positions: Int32Array,
): void {
  const before = column.float64(positions.length);
  for (const numbers of columns) {
    before.set(numbers);
    for (let at = 0; at < numbers.length; at++) numbers[at] = before[positions[at] as number] as number;
  }
}

/** How many different numbers a column has at some positions. */
export function distinct(numbers: Int32Array, positions: readonly number[]): number {
  const found = new Set<number>();
  for (const at of positions) found.add(numbers[at] as number);
  return found.size;
}
