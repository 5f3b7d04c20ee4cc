import type { DetectionParameters } from '../detection/parameters.js';
import { sweep } from '../detection/sweep.js';
import type { SweepCell } from '../detection/sweep-cell.js';
import type { SwapPair } from '../detection/types.js';
import { EvidenceCollector } from './evidence.js';
import { followIncident, type IncidentLife } from './incident-life.js';
import type { NoiseParameters } from './noise.js';
import { SILENT, verdictOf } from './ours.js';
import { addGrades, RuleOutcomes, type TargetOutcome } from './outcome.js';
import { Random } from './random.js';
import { CELL_RULES } from './rules/rules.js';
import { BH_LEVELS, type HourlyP, listedByBh, wilcoxonSeries } from './rules/wilcoxon.js';
import { DAY_MS, type Plan, type Scenario } from './scenario.js';
import { alarmsOf, count, type RealEvent, type Span } from './score.js';
import { type SimulatedTest, testsOf } from './tests.js';
import { type Layout, makeWorld, type World, type WorldCell } from './world.js';

/** How much is simulated, and from what. */
export interface RunOptions {
  /** Cells (ASN x target) in all: whole targets, so the number is rounded up. */
  readonly cells: number;
  readonly days: number;
  readonly seed: number;
  readonly layout: Layout;
  readonly noise: NoiseParameters;
  readonly detection: DetectionParameters;
  /** Values of A that the detector is run with; each is a sweep of its own. */
  readonly thresholds: readonly number[];
}

/** Ours: with both channels or with the platform channel alone, by ASN (the cells) or by country. */
export const OURS = {
  both: 'Brakelight',
  platform: 'Brakelight, platform channel',
  countries: 'Brakelight, countries',
  countriesPlatform: 'Brakelight, countries, platform channel',
} as const;

/** Everything may learn in the first week; nothing happens in it and nothing counts. */
const TRAINING_DAYS = 7;
/** 1 January 2026, the begin of a period of any length that divides a day. */
const START_AT = Date.UTC(2026, 0, 1);

/** Targets that a scenario is simulated with. */
export function targetsOf(scenario: Scenario, options: RunOptions): number {
  return Math.ceil(options.cells / cellsOfTarget(scenario, options));
}

/** Cells that a scenario is simulated with. */
export function cellsOf(scenario: Scenario, options: RunOptions): number {
  return targetsOf(scenario, options) * cellsOfTarget(scenario, options);
}

function cellsOfTarget(scenario: Scenario, options: RunOptions): number {
  const { countries, asnsPerCountry } = { ...options.layout, ...scenario.layout };
  return countries * asnsPerCountry;
}

/**
 * Simulates one target and lets every rule judge it. A pure function: a target's random numbers come from the seed, the
 * scenario's name and the target's number alone, so that targets may be simulated anywhere and in any order.
 */
export function simulateTarget(scenario: Scenario, options: RunOptions, number: number): TargetOutcome {
  return new TargetRun(scenario, options, number).outcome();
}

class TargetRun {
  readonly #scenario: Scenario;
  readonly #options: RunOptions;
  readonly #key: readonly [number, string, number];
  readonly #scored: Span;
  readonly #world: World;
  readonly #plan: Plan;
  readonly #rules = new RuleOutcomes();

  constructor(scenario: Scenario, options: RunOptions, number: number) {
    const { seed, days, noise } = options;
    const layout = { ...options.layout, ...scenario.layout };
    this.#scenario = scenario;
    this.#options = options;
    this.#key = [seed, scenario.name, number];
    this.#scored = { from: START_AT + TRAINING_DAYS * DAY_MS, until: START_AT + days * DAY_MS };
    const random = new Random(...this.#key);
    this.#world = makeWorld(`target-${number}`, layout, noise, random, START_AT, days);
    const { from: scoredFrom, until: endAt } = this.#scored;
    this.#plan = scenario.plan({ world: this.#world, random, noise, startAt: START_AT, scoredFrom, endAt });
  }

  outcome(): TargetOutcome {
    const { noise, detection, thresholds } = this.#options;
    const { influences } = this.#plan;
    const evidence = new EvidenceCollector(this.#world, detection.periodMs);
    const counted: { cell: WorldCell; series: HourlyP[] }[] = [];
    const cells = this.#world.countries.flatMap((country) => [...country.cells]);
    let rounds = 0;
    for (const cell of cells) {
      const own = new Random(...this.#key, cell.asn);
      const tests = testsOf(cell, noise, influences, own, START_AT, this.#scored.until);
      rounds += tests.length;
      evidence.add(cell, tests);
      if (!this.#counts(cell)) continue;
      this.#cellRules(cell, tests);
      counted.push({ cell, series: wilcoxonSeries(tests, this.#scored.from) });
    }
    this.#wilcoxon(counted);
    for (const threshold of thresholds) {
      this.#ours(evidence, threshold, true);
      this.#ours(evidence, threshold, false);
    }
    return { cells: cells.length, tests: rounds, rules: this.#rules.list, lives: this.#lives(evidence) };
  }

  #counts(cell: WorldCell): boolean {
    return this.#plan.counted?.has(cell) !== false;
  }

  #events(country: number): readonly RealEvent[] {
    return this.#plan.events.get(country) ?? [];
  }

  #cellRules(cell: WorldCell, tests: readonly SimulatedTest[]): void {
    const scored = this.#scored;
    for (const setting of CELL_RULES) {
      const rule = setting.create(scored.from);
      const signals: number[] = [];
      for (const test of tests) if (rule.observe(test) && test.at >= scored.from) signals.push(test.at);
      count(this.#rules.of(setting).tally, alarmsOf(signals), this.#events(cell.country.number), scored);
    }
  }

  #wilcoxon(cells: readonly { cell: WorldCell; series: HourlyP[] }[]): void {
    for (const level of BH_LEVELS) {
      const listed = listedByBh(
        cells.map(({ series }) => series),
        level,
      );
      const name = { rule: 'Wilcoxon with BH', setting: `${100 * level} %`, usual: level === 0.05 };
      const { tally } = this.#rules.of(name);
      for (const [i, { cell }] of cells.entries()) {
        count(tally, alarmsOf(listed[i] ?? []), this.#events(cell.country.number), this.#scored);
      }
    }
  }

  /** @param swap with both channels, or the platform channel alone */
  #ours(evidence: EvidenceCollector, threshold: number, swap: boolean): void {
    const parameters = { ...this.#options.detection, threshold };
    const first = Math.floor(START_AT / parameters.periodMs);
    const last = Math.floor(this.#scored.until / parameters.periodMs) - 1;
    const found = sweep(evidence.units, swap ? evidence.pairs : [], parameters, first, last);
    const setting = `A = ${threshold}`;
    const add = (rule: string, place: SweepCell | undefined, pairs: readonly SwapPair[], country: number) => {
      const events = this.#events(country);
      const verdict = place === undefined ? SILENT : verdictOf(place, pairs, events, parameters, found.now);
      const { tally, grades } = this.#rules.of({ rule, setting, usual: rule === OURS.both }, swap);
      count(tally, verdict, events, this.#scored);
      addGrades(grades, verdict);
    };
    const byAsn = new Map<number | null, SwapPair[]>();
    for (const pair of found.index.pairs) {
      const own = byAsn.get(pair.asn);
      if (own === undefined) byAsn.set(pair.asn, [pair]);
      else own.push(pair);
    }
    for (const country of this.#world.countries) {
      const judged = found.countries.get(country.code);
      const cells = country.cells.filter((cell) => this.#counts(cell));
      for (const { asn } of cells) {
        const rule = swap ? OURS.both : OURS.platform;
        add(rule, judged?.asns.get(asn), byAsn.get(asn) ?? [], country.number);
      }
      if (cells.length === 0) continue;
      const pairs = country.cells.flatMap(({ asn }) => byAsn.get(asn) ?? []);
      pairs.sort((a, b) => a.measuredAt - b.measuredAt);
      add(swap ? OURS.countries : OURS.countriesPlatform, judged?.cell, pairs, country.number);
    }
  }

  /** The first event of the target, where the scenario asks what becomes of its incident. */
  #lives({ units, pairs }: EvidenceCollector): IncidentLife[] {
    if (this.#scenario.followed !== true) return [];
    const all = this.#world.countries.flatMap(({ number, code }) =>
      this.#events(number).map((event) => ({ country: code, event })),
    );
    const first = all.sort((a, b) => a.event.onset - b.event.onset)[0];
    if (first === undefined) return [];
    const parameters = { ...this.#options.detection, threshold: this.#options.thresholds[0] as number };
    return [followIncident({ target: this.#world.target, ...first, units, pairs }, parameters)];
  }
}
