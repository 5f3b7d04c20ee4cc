import type { SwapPair, Unit } from './types.js';

/** Bits of {@link UnitIndex.flags}, in the order of INDICATORS. */
export const FLAG = { slow: 1, stalled: 2, blocked: 4 } as const;

/** Order in which evidence is processed: time, then id. Independent of the order of arrival. */
export function byTime(a: { measuredAt: number; id: string }, b: { measuredAt: number; id: string }): number {
  return a.measuredAt - b.measuredAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Units of one target in processing order, with numbers in place of names. */
export class UnitIndex {
  readonly units: readonly Unit[];
  readonly pairs: readonly SwapPair[];
  /** Names of countries; a unit's country is a position in here, -1 where unknown. */
  readonly countries: readonly string[];
  readonly country: Int32Array;
  readonly subnet: Int32Array;
  readonly subnetCount: number;
  /** Independent group of a unit: see {@link groupOf}. */
  readonly group: Int32Array;
  readonly pairGroup: Int32Array;
  readonly flags: Uint8Array;
  /** Flags of the previous unit of the same subnet and ASN; -1 for the first. */
  readonly previous: Int8Array;
  /** Positions of the units of each period, by country; ascending periods. */
  readonly periods: ReadonlyMap<number, ReadonlyMap<number, readonly number[]>>;
  /** Did any unit show it? Indicators that nobody saw need no detector. */
  readonly seen: number;

  constructor(units: readonly Unit[], pairs: readonly SwapPair[]) {
    this.units = once(units);
    this.pairs = once(pairs);
    const n = this.units.length;
    const countries = new Names();
    const subnets = new Names();
    const last = new Map<string, number>();
    const periods = new Map<number, Map<number, number[]>>();
    const groups = groupsOf([...this.units, ...this.pairs]);
    this.country = new Int32Array(n);
    this.subnet = new Int32Array(n);
    this.group = new Int32Array(n);
    this.flags = new Uint8Array(n);
    this.previous = new Int8Array(n);
    let seen = 0;
    for (const [at, unit] of this.units.entries()) {
      const country = unit.country === null ? -1 : countries.of(unit.country);
      const flags =
        (unit.slow ? FLAG.slow : 0) | (unit.stalled ? FLAG.stalled : 0) | (unit.blocked ? FLAG.blocked : 0);
      const line = `${unit.subnet} ${unit.asn}`;
      this.country[at] = country;
      this.subnet[at] = subnets.of(unit.subnet);
      this.group[at] = groups(unit);
      this.flags[at] = flags;
      this.previous[at] = last.get(line) ?? -1;
      last.set(line, flags);
      seen |= flags;
      const period = periods.get(unit.period) ?? new Map<number, number[]>();
      periods.set(unit.period, period);
      const own = period.get(country);
      if (own === undefined) period.set(country, [at]);
      else own.push(at);
    }
    for (const pair of this.pairs) if (pair.country !== null) countries.of(pair.country);
    this.pairGroup = Int32Array.from(this.pairs, (pair) => groups(pair));
    this.countries = countries.list;
    this.subnetCount = subnets.list.length;
    this.periods = periods;
    this.seen = seen;
  }
}

/** Re-delivered evidence counts once. */
function once<T extends { id: string; measuredAt: number }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.id, item])).values()].sort(byTime);
}

class Names {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.list.push(name) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }
}

/**
 * Who may speak once: subnets, joined where they have an owner in common (and owners where they share a subnet). One
 * person with many addresses, or many names at one address, is one group.
 */
function groupsOf(members: Iterable<{ subnet: string; owner: string }>) {
  const names = new Names();
  const parent: number[] = [];
  const node = (name: string) => {
    const number = names.of(name);
    if (parent[number] === undefined) parent[number] = number;
    return number;
  };
  const root = (number: number): number => {
    let at = number;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  for (const { subnet, owner } of members) {
    const [a, b] = [root(node(`subnet ${subnet}`)), root(node(`owner ${owner}`))];
    parent[Math.max(a, b)] = Math.min(a, b);
  }
  return (member: { subnet: string }) => root(node(`subnet ${member.subnet}`));
}
