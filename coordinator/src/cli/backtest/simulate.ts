import { groupsLeftOut } from '../../detection/parameters.js';
import type { Unit } from '../../detection/types.js';
import { byTime } from '../../detection/unit-order.js';
import type { SpeedTest } from '../../imports/4ndv.js';

/** What did not happen, but might have. */
export type Simulation =
  /** The target is slower by a factor, everywhere, on one day. */
  | { readonly kind: 'outage'; readonly date: string; readonly factor: number }
  /** Target and control of one ASN are slower by a factor, always. */
  | { readonly kind: 'congestion'; readonly asn: number; readonly factor: number }
  /** m subnets of one ASN report a throttled target in every period. */
  | { readonly kind: 'liars'; readonly asn: number; readonly count: number };

const SHAPES = 'outage:<date>:<factor>, congestion:<asn>:<factor>, liars:<asn>:<m>';

/** @throws {Error} in one sentence that names what is wrong */
export function parseSimulation(text: string): Simulation {
  const [kind, what, amount, ...more] = text.split(':');
  if (what === undefined || amount === undefined || more.length > 0) {
    throw new Error(`"${text}" is none of ${SHAPES}`);
  }
  switch (kind) {
    case 'outage':
      return { kind, date: dateOf(what), factor: factorOf(amount) };
    case 'congestion':
      return { kind, asn: asnOf(what), factor: factorOf(amount) };
    case 'liars':
      return { kind, asn: asnOf(what), count: countOf(amount) };
    default:
      throw new Error(`"${text}" is none of ${SHAPES}`);
  }
}

function dateOf(text: string): string {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(text)) {
    throw new Error(`date: expected a day such as 2021-03-20, not "${text}"`);
  }
  return text;
}

function asnOf(text: string): number {
  const asn = Number(/^(?:AS)?(\d{1,10})$/i.exec(text)?.[1] ?? Number.NaN);
  if (!(asn >= 1 && asn <= 4_294_967_295)) {
    throw new Error(`asn: expected a number such as 8402, not "${text}"`);
  }
  return asn;
}

function factorOf(text: string): number {
  const factor = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(factor > 0 && factor <= 1e9)) {
    throw new Error(`factor: expected a number above 0 such as 20, not "${text}"`);
  }
  return factor;
}

function countOf(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(count)) throw new Error(`m: expected a whole number of liars such as 2, not "${text}"`);
  return count;
}

/** A factor of 20 and one of 0.05 mean the same: slower. */
function slower(rateBps: number, factor: number): number {
  return Math.max(1, Math.round(rateBps * Math.min(factor, 1 / factor)));
}

/** Is a test among those that a simulation is about? */
export function concerns(test: SpeedTest, simulation: Simulation): boolean {
  return simulation.kind === 'outage'
    ? new Date(test.measuredAt).toISOString().startsWith(simulation.date)
    : test.asn === simulation.asn;
}

/** Changes a test as the simulation says. */
export function simulateTest(test: SpeedTest, simulation: Simulation): SpeedTest {
  if (simulation.kind === 'liars' || !concerns(test, simulation)) return test;
  const targetRateBps = slower(test.targetRateBps, simulation.factor);
  if (simulation.kind === 'outage') return { ...test, targetRateBps };
  return { ...test, targetRateBps, controlRateBps: slower(test.controlRateBps, simulation.factor) };
}

/**
 * Units of liars: each from a subnet of its own, slow in every period in which the ASN has honest units, before them.
 * They join one by one as the ASN grows, each as soon as f covers it: more of them than f at a time is beyond what
 * trimming promises.
 */
export function liars(units: readonly Unit[], simulation: Simulation & { kind: 'liars' }): Unit[] {
  const honest = units.filter((unit) => unit.asn === simulation.asn).sort(byTime);
  const made: Unit[] = [];
  const groups = new Set<string>();
  const lying = new Set<number>();
  let period: number | null = null;
  for (const unit of honest) {
    groups.add(unit.subnet);
    if (unit.period === period) continue;
    period = unit.period;
    while (lying.size < simulation.count && groupsLeftOut(groups.size + lying.size, 'auto') > lying.size) {
      lying.add(lying.size + 1);
    }
    for (const liar of lying) {
      const id = `liar-${liar}-${period}`;
      const subnet = `liar ${liar}`;
      made.push({ ...unit, id, subnet, owner: subnet, slow: true, targetRateBps: 120_000, tests: 1 });
    }
  }
  return made;
}
