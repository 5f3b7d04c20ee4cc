import type { DetectionParameters } from '../detection/parameters.js';
import { sweep } from '../detection/sweep.js';
import type { SweepCell } from '../detection/sweep-cell.js';
import type { SwapPair } from '../detection/types.js';
import { EvidenceCollector } from './evidence.js';
import type { NoiseParameters } from './noise.js';
import { verdictOf } from './ours.js';
import { Random } from './random.js';
import { CELL_RULES } from './rules/rules.js';
import { BH_LEVELS, type HourlyP, listedByBh, wilcoxonSeries } from './rules/wilcoxon.js';
import { DAY_MS, type Plan, type Scenario } from './scenario.js';
import { alarmsOf, type RealEvent, type Said, type Score, Scorer, type Span } from './score.js';
import { type SimulatedTest, testsOf } from './tests.js';
import { type Layout, makeWorld, type World, type WorldCell } from './world.js';

/** How much is simulated, and from what. */
export interface RunOptions {
  /** Cells (ASN x target) in all: whole worlds, so the number is rounded up. */
  readonly cells: number;
  readonly days: number;
  readonly seed: number;
  readonly layout: Layout;
  readonly noise: NoiseParameters;
  readonly detection: DetectionParameters;
  /** Values of A that the detector is run with; each is a sweep of its own. */
  readonly thresholds: readonly number[];
}

/** One rule with one setting in one scenario. */
export interface Row extends Score {
  readonly rule: string;
  readonly setting: string;
  /** The setting that is usual, or ours. */
  readonly usual: boolean;
  /** Ours: its alarms by the grade they reached. */
  readonly grades?: { slowed: number; sniTriggered: number };
}

export interface ScenarioResult {
  readonly scenario: string;
  readonly about: string;
  readonly targets: number;
  readonly cells: number;
  readonly tests: number;
  readonly rows: readonly Row[];
}

/** Everything may learn in the first week; nothing happens in it and nothing counts. */
const TRAINING_DAYS = 7;
/** 1 January 2026, the begin of a period of any length that divides a day. */
const START_AT = Date.UTC(2026, 0, 1);

/** Ours: with both channels or with the platform channel alone, by ASN (the cells) or by country. */
export const OURS = {
  both: 'Brakelight',
  platform: 'Brakelight, platform channel',
  countries: 'Brakelight, countries',
} as const;

/** Runs one scenario, one target after another: never more than one target's evidence is in memory. */
export class ScenarioRun {
  readonly #scenario: Scenario;
  readonly #options: RunOptions;
  readonly #layout: Layout;
  readonly #rows = new Map<string, Line>();
  readonly targets: number;
  #tests = 0;

  constructor(scenario: Scenario, options: RunOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#layout = { ...options.layout, ...scenario.layout };
    this.targets = Math.ceil(options.cells / (this.#layout.countries * this.#layout.asnsPerCountry));
  }

  /** Simulates and judges one target. */
  target(number: number): void {
    const { seed, days, noise } = this.#options;
    const key = [seed, this.#scenario.name, number] as const;
    const random = new Random(...key);
    const endAt = START_AT + days * DAY_MS;
    const scored = { from: START_AT + TRAINING_DAYS * DAY_MS, until: endAt };
    const world = makeWorld(`target-${number}`, this.#layout, noise, random, START_AT, days);
    const stage = { world, random, noise, startAt: START_AT, scoredFrom: scored.from, endAt };
    const plan = this.#scenario.plan(stage);
    const evidence = new EvidenceCollector(this.#options.detection.periodMs, true);
    const counted: { cell: WorldCell; series: HourlyP[] }[] = [];
    for (const cell of world.countries.flatMap((country) => [...country.cells])) {
      const tests = testsOf(cell, noise, plan.influences, new Random(...key, cell.asn), START_AT, endAt);
      this.#tests += tests.length;
      evidence.add(world, cell, tests);
      if (plan.counted?.has(cell) === false) continue;
      this.#cellRules(tests, eventsOf(plan, cell), scored);
      counted.push({ cell, series: wilcoxonSeries(tests, scored.from) });
    }
    this.#wilcoxon(counted, plan, scored);
    for (const threshold of this.#options.thresholds) {
      this.#ours(world, plan, evidence, threshold, scored, true);
      this.#ours(world, plan, evidence, threshold, scored, false);
    }
  }

  get result(): ScenarioResult {
    const { countries, asnsPerCountry } = this.#layout;
    return {
      scenario: this.#scenario.name,
      about: this.#scenario.about,
      targets: this.targets,
      cells: this.targets * countries * asnsPerCountry,
      tests: this.#tests,
      rows: [...this.#rows.values()].map(({ scorer, ...line }) => ({ ...line, ...scorer.score })),
    };
  }

  #cellRules(tests: readonly SimulatedTest[], events: readonly RealEvent[], scored: Span): void {
    for (const setting of CELL_RULES) {
      const rule = setting.create(scored.from);
      const signals: number[] = [];
      for (const test of tests) if (rule.observe(test) && test.at >= scored.from) signals.push(test.at);
      this.#line(setting.rule, setting.setting, setting.usual).scorer.add(alarmsOf(signals), events, scored);
    }
  }

  #wilcoxon(cells: readonly { cell: WorldCell; series: HourlyP[] }[], plan: Plan, scored: Span): void {
    for (const level of BH_LEVELS) {
      const listed = listedByBh(
        cells.map(({ series }) => series),
        level,
      );
      const line = this.#line('Wilcoxon with BH', `${100 * level} %`, level === 0.05);
      for (const [i, { cell }] of cells.entries()) {
        line.scorer.add(alarmsOf(listed[i] ?? []), eventsOf(plan, cell), scored);
      }
    }
  }

  #ours(
    world: World,
    plan: Plan,
    evidence: EvidenceCollector,
    threshold: number,
    scored: Span,
    swap: boolean,
  ): void {
    const parameters = { ...this.#options.detection, threshold };
    const pairs = swap ? evidence.pairs : [];
    const first = Math.floor(START_AT / parameters.periodMs);
    const last = Math.floor(scored.until / parameters.periodMs) - 1;
    const found = sweep(evidence.units, pairs, parameters, first, last);
    const setting = `A = ${threshold}`;
    const add = (line: Line, cell: SweepCell, own: readonly SwapPair[], events: readonly RealEvent[]) => {
      const verdict = verdictOf(found, cell, own, events, parameters);
      line.scorer.add(verdict, events, scored);
      if (line.grades === undefined) return;
      line.grades.slowed += verdict.slowed;
      line.grades.sniTriggered += verdict.sniTriggered;
    };
    const none = new Map<number, SwapPair[]>();
    const byAsn = swap ? groupBy(found.index.pairs, (pair) => pair.asn ?? 0) : none;
    for (const country of world.countries) {
      const judged = found.countries.get(country.code);
      const cells = country.cells.filter((cell) => plan.counted?.has(cell) !== false);
      const events = plan.events.get(country.number) ?? [];
      for (const cell of cells) {
        const line = this.#line(swap ? OURS.both : OURS.platform, setting, swap, swap);
        const own = judged?.asns.get(cell.asn);
        if (own === undefined) line.scorer.add(SILENT, events, scored);
        else add(line, own, byAsn.get(cell.asn) ?? [], events);
      }
      if (cells.length === 0) continue;
      const line = this.#line(
        swap ? OURS.countries : `${OURS.countries}, platform channel`,
        setting,
        false,
        swap,
      );
      const own = country.cells
        .flatMap((cell) => byAsn.get(cell.asn) ?? [])
        .sort((a, b) => a.measuredAt - b.measuredAt);
      if (judged === undefined) line.scorer.add(SILENT, events, scored);
      else add(line, judged.cell, own, events);
    }
  }

  #line(rule: string, setting: string, usual: boolean, graded = false): Line {
    const key = `${rule} ${setting}`;
    let line = this.#rows.get(key);
    if (line === undefined) {
      line = {
        rule,
        setting,
        usual,
        scorer: new Scorer(),
        ...(graded ? { grades: { slowed: 0, sniTriggered: 0 } } : {}),
      };
      this.#rows.set(key, line);
    }
    return line;
  }
}

interface Line {
  readonly rule: string;
  readonly setting: string;
  readonly usual: boolean;
  readonly scorer: Scorer;
  readonly grades?: { slowed: number; sniTriggered: number };
}

const SILENT: Said = { signals: [], alarms: [] };

function eventsOf(plan: Plan, cell: WorldCell): readonly RealEvent[] {
  return plan.events.get(cell.country.number) ?? [];
}

function groupBy<T>(items: readonly T[], key: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const own = groups.get(key(item));
    if (own === undefined) groups.set(key(item), [item]);
    else own.push(item);
  }
  return groups;
}
