import { column } from './column.js';
import type { CountryNumbers } from './country-numbers.js';
import { FLAG, flagsOf } from './flags.js';
import { Lines } from './lines.js';
import { INDICATORS, type Indicator } from './parameters.js';
import type { Speakers } from './speakers.js';
import type { Unit } from './types.js';

/**
 * Units as columns of numbers, in the order of time. Each unit is looked at once: there are millions of them, all over
 * the memory, and what is worked out later needs the numbers alone.
 */
export class UnitColumns {
  readonly country: Int32Array;
  readonly period: Int32Array;
  readonly measuredAt: Float64Array;
  /** -1 where unknown. */
  readonly asn: Float64Array;
  readonly subnet: Int32Array;
  readonly owner: Int32Array;
  /** What a unit shows: bits of FLAG. */
  readonly flags: Uint8Array;
  readonly tests: Int32Array;
  /** Flags of the previous unit of the same subnet and ASN; -1 for the first. */
  readonly previous: Int8Array;
  /** Period in which each indicator was first shown, by anybody. */
  readonly firstSeen: ReadonlyMap<Indicator, number>;

  /**
   * @param units in the order of time
   * @param countries and speakers learn the names
   */
  constructor(units: readonly Unit[], countries: CountryNumbers, speakers: Speakers) {
    const n = units.length;
    this.country = column.int32(n);
    this.period = column.int32(n);
    this.measuredAt = column.float64(n);
    this.asn = column.float64(n);
    this.subnet = column.int32(n);
    this.owner = column.int32(n);
    this.flags = column.uint8(n);
    this.tests = column.int32(n);
    this.previous = column.int8(n);
    const lines = new Lines();
    const firstSeen = new Map<Indicator, number>();
    let seen = 0;
    for (let at = 0; at < n; at++) {
      const unit = units[at] as Unit;
      const flags = flagsOf(unit);
      const subnet = speakers.subnet(unit);
      this.country[at] = countries.of(unit.country);
      this.period[at] = unit.period;
      this.measuredAt[at] = unit.measuredAt;
      this.asn[at] = unit.asn ?? -1;
      this.subnet[at] = subnet;
      this.owner[at] = speakers.ownerOf(subnet);
      this.flags[at] = flags;
      this.tests[at] = unit.tests;
      this.previous[at] = lines.next(subnet, unit.asn, flags);
      if ((flags & ~seen) === 0) continue;
      seen |= flags;
      for (const indicator of INDICATORS) {
        if ((flags & FLAG[indicator]) === 0 || firstSeen.has(indicator)) continue;
        firstSeen.set(indicator, unit.period);
      }
    }
    this.firstSeen = firstSeen;
  }
}
