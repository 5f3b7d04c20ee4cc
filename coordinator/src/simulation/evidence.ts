import { MIN_CONTROL_BPS, SLOW_RATIO } from '../detection/classify-platform.js';
import { classifyRates } from '../detection/classify-rates.js';
import { gainOf } from '../detection/classify-swap.js';
import type { SwapPair, Unit } from '../detection/types.js';
import type { SimulatedTest } from './tests.js';
import type { World, WorldCell } from './world.js';

/**
 * Turns simulated tests into what the production detector reads: units (the first valid test of a subnet and period)
 * and swap pairs, by the production rules. A simulated transfer has one rate and no curve, so FAST is judged by it.
 */
export class EvidenceCollector {
  readonly #world: World;
  readonly #periodMs: number;
  readonly units: Unit[] = [];
  readonly pairs: SwapPair[] = [];

  constructor(world: World, periodMs: number) {
    this.#world = world;
    this.#periodMs = periodMs;
  }

  /** @param tests of one cell, in the order of time */
  add(cell: WorldCell, tests: readonly SimulatedTest[]): void {
    const names = new Map(cell.probes.map((probe) => [probe, `${this.#world.target} ${probe.name}`]));
    const last = new Map<string, number>();
    for (const test of tests) {
      const subnet = names.get(test.probe) as string;
      const period = Math.floor(test.at / this.#periodMs);
      const place = {
        id: `${subnet} ${test.at}`,
        measuredAt: test.at,
        period,
        country: cell.country.code,
        asn: cell.asn,
        subnet,
        owner: subnet,
      };
      const gain = gainOfPair(test);
      if (gain !== null) this.pairs.push({ ...place, direction: 'download', gain });
      if (last.get(subnet) === period) continue;
      const shown = shownBy(test);
      if (shown === null) continue;
      last.set(subnet, period);
      this.units.push({
        ...place,
        ...shown,
        targetRateBps: test.a === null ? null : Math.round(test.a),
        controlRateBps: Math.round(test.b as number),
        tests: 1,
      });
    }
  }
}

type Shown = Pick<Unit, 'slow' | 'stalled' | 'blocked'>;

/** Class of a platform test; `null` where it is not valid. */
function shownBy(test: SimulatedTest): Shown | null {
  if (test.b === null || test.b < MIN_CONTROL_BPS) return null;
  const nothing = { slow: false, stalled: false, blocked: false };
  if (test.a === null) return { ...nothing, blocked: true };
  if (test.stalled) return { ...nothing, stalled: true };
  // Deep rounds are judged over the bytes beyond 256 kB, where FAST says nothing.
  const deepSlow = test.deep && test.a / test.b < SLOW_RATIO;
  return { ...nothing, slow: deepSlow || classifyRates(test.a, test.b).class === 'slow' };
}

/** Symmetric in C and D. */
function gainOfPair(test: SimulatedTest): number | null {
  const c = test.c ?? 0;
  const d = test.d ?? 0;
  return Math.max(c, d) < MIN_CONTROL_BPS ? null : gainOf(c, d);
}
