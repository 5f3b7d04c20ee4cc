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

/** @throws {Error} in one sentence where the text is no simulation */
export function parseSimulation(text: string): Simulation {
  const [kind, what = '', amount = ''] = text.split(':');
  const number = Number(amount);
  const asn = Number(/^(?:AS)?(\d+)$/i.exec(what)?.[1] ?? Number.NaN);
  if (kind === 'outage' && /^\d{4}-\d\d-\d\d$/.test(what) && number > 0) {
    return { kind, date: what, factor: number };
  }
  if (kind === 'congestion' && asn > 0 && number > 0) return { kind, asn, factor: number };
  if (kind === 'liars' && asn > 0 && Number.isInteger(number) && number >= 0)
    return { kind, asn, count: number };
  throw new Error(`"${text}" is none of outage:<date>:<factor>, congestion:<asn>:<factor>, liars:<asn>:<m>`);
}

/** A factor of 20 and one of 0.05 mean the same: slower. */
function slower(rateBps: number, factor: number): number {
  return Math.max(1, Math.round(rateBps * Math.min(factor, 1 / factor)));
}

/** Changes a test as the simulation says. */
export function simulateTest(test: SpeedTest, simulation: Simulation | null): SpeedTest {
  if (simulation?.kind === 'outage' && new Date(test.measuredAt).toISOString().startsWith(simulation.date)) {
    return { ...test, targetRateBps: slower(test.targetRateBps, simulation.factor) };
  }
  if (simulation?.kind === 'congestion' && test.asn === simulation.asn) {
    return {
      ...test,
      targetRateBps: slower(test.targetRateBps, simulation.factor),
      controlRateBps: slower(test.controlRateBps, simulation.factor),
    };
  }
  return test;
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
