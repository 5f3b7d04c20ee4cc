import type {
  AddressFamily,
  Catalogue,
  DrawnTest,
  TestKind,
  WorkAnswer,
  WorkRequest,
} from '@brakelight/shared';
import { isResolved } from '../catalogue/resolved.js';
import type { Counters } from '../live/counters.js';
import type { Due } from '../live/due.js';
import type { Probe } from '../live/probes.js';
import type { Suspected } from '../live/suspected.js';
import { type DrawDeps, drawTest, swapFamilies, worstCost } from './draw.js';

/** Most tests in one answer (the wire allows 100): about what a probe gets through before it asks again. */
const MAX_TESTS = 40;
/** A probe comes back at least this often, and not more often than this. */
const MAX_POLL_MS = 900_000;
const MIN_POLL_MS = 500;
/** Intervals vary by a quarter to either side, so that probes do not march in step. */
const JITTER = 0.25;
/** Swap pairs that each consenting probe is asked for once when its country becomes suspected (method section 4: 4 to 8). */
const BURST_PAIRS = 6;

export interface SchedulerDeps extends DrawDeps {
  readonly due: Due;
  readonly counters: Counters;
  readonly suspected: Pick<Suspected, 'in'>;
  readonly testIntervalMs: number;
  /** One round in so many is deep. */
  readonly deepOneIn: number;
  /** Countries where nobody is asked to name a platform towards our server. */
  readonly swapOffCountries: readonly string[];
  readonly now: () => number;
}

interface Slot {
  readonly kind: TestKind;
  readonly target: Catalogue['targets'][number];
  readonly key: string;
  /** In which it may be run. */
  readonly families: readonly AddressFamily[];
}

/** Says what a probe is to measure now. */
export class Scheduler {
  readonly #deps: SchedulerDeps;

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
  }

  /**
   * Draws the tests that are due, in random order, of the kinds that are asked for and consented to, as far as the
   * budget goes in the worst case.
   * @param country where the probe is, for the switch of the swap tests
   */
  async draw(probe: Probe, request: WorkRequest, country: string | null): Promise<WorkAnswer> {
    const { due, counters, catalogue, testIntervalMs, now } = this.#deps;
    const at = now();
    const times = await due.of(probe.id);
    const slots = this.#slots(this.#kinds(probe, request, country), request.families);
    const next = new Map<string, number>();
    const tests: DrawnTest[] = [];
    let budget = request.budgetLeftBytes;
    const wanted = [
      ...(await this.#burst(slots, country, times, next)),
      ...this.#shuffle(slots.filter(({ key }) => (times.get(key) ?? 0) <= at)),
    ];
    for (const slot of wanted) {
      if (tests.length === MAX_TESTS) break;
      next.set(slot.key, at + this.#jittered(testIntervalMs));
      const test = this.#affordable(probe, slot, at, budget);
      if (!test) continue;
      budget -= worstCost(test);
      tests.push(test);
    }
    await due.set(probe.id, next);
    await counters.drew(probe.id, tests.length, at);
    const soonest = Math.min(
      ...slots.map(({ key }) => next.get(key) ?? times.get(key) ?? at + testIntervalMs),
    );
    return {
      issuedAt: new Date(at).toISOString(),
      tests,
      pollAfterMs: Math.round(Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, soonest - at))),
      catalogueVersion: catalogue.version,
    };
  }

  /** Kinds that the probe asks for, that its person consented to, and that may be run where it is. */
  #kinds(probe: Probe, request: WorkRequest, country: string | null): TestKind[] {
    const { measurementServer: server, swapOffCountries } = this.#deps;
    const reachesServer = server !== undefined && swapFamilies(request.families, server).length > 0;
    const consented = new Set(probe.consents.map((consent) => consent.kind));
    // Where the place is not known, a country that is switched off cannot be ruled out.
    const swapOff = country === null ? swapOffCountries.length > 0 : swapOffCountries.includes(country);
    return [...new Set(request.kinds)].filter(
      (kind) => consented.has(kind) && (kind !== 'swap' || (reachesServer && !swapOff)),
    );
  }

  #slots(kinds: readonly TestKind[], has: readonly AddressFamily[]): Slot[] {
    const { catalogue, measurementServer: server } = this.#deps;
    return kinds.flatMap((kind) => {
      const families = kind === 'swap' && server !== undefined ? swapFamilies(has, server) : has;
      return (
        catalogue.targets
          // A platform of which no object was found yet can still be named towards our own server.
          .filter((target) => kind === 'swap' || target.objects.some(isResolved))
          .map((target) => ({ kind, target, key: `${kind}:${target.id}`, families }))
      );
    });
  }

  /** Swap pairs of the platforms that became suspected where the probe is, once for each suspicion. */
  async #burst(
    slots: readonly Slot[],
    country: string | null,
    times: ReadonlyMap<string, number>,
    next: Map<string, number>,
  ): Promise<Slot[]> {
    if (country === null || !slots.some(({ kind }) => kind === 'swap')) return [];
    const suspected = await this.#deps.suspected.in(country);
    return slots.flatMap((slot) => {
      const begin = suspected.get(slot.target.id);
      const mark = `burst:${slot.target.id}`;
      if (slot.kind !== 'swap' || begin === undefined || times.get(mark) === begin) return [];
      next.set(mark, begin);
      return Array.from({ length: BURST_PAIRS }, () => slot);
    });
  }

  /** A test within the budget: a deep one where it is one's turn and it fits, else an ordinary one, else none. */
  #affordable(
    probe: Probe,
    { kind, target, families }: Slot,
    at: number,
    budget: number,
  ): DrawnTest | undefined {
    const deepTurn = this.#deps.randomInt(this.#deps.deepOneIn) === 0;
    for (const deep of deepTurn ? [true, false] : [false]) {
      const test = drawTest({ probeId: probe.id, kind, target, deep, families, at }, this.#deps);
      if (worstCost(test) <= budget) return test;
    }
    return undefined;
  }

  #jittered(ms: number): number {
    const share = this.#deps.randomInt(10_001) / 10_000;
    return Math.round(ms * (1 - JITTER + 2 * JITTER * share));
  }

  #shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.#deps.randomInt(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
    }
    return shuffled;
  }
}
