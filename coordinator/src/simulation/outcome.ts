import type { IncidentLife } from './incident-life.js';
import type { Scenario } from './scenario.js';
import { addTally, emptyTally, type Score, scoreOf, type Tally } from './score.js';

/** Alarms by the grade that they reached. */
export interface Grades {
  slowed: number;
  sniTriggered: number;
}

/** One rule with one setting. */
export interface RuleName {
  readonly rule: string;
  readonly setting: string;
  /** The setting that is usual, or ours. */
  readonly usual: boolean;
}

/** What one rule made of one target. */
export interface RuleOutcome extends RuleName {
  readonly tally: Tally;
  /** Ours alone has grades. */
  readonly grades?: Grades;
}

/** What came of one simulated target: plain data, which can be sent between threads and added. */
export interface TargetOutcome {
  readonly cells: number;
  readonly tests: number;
  readonly rules: readonly RuleOutcome[];
  /** What became of the incidents, where the scenario asks. */
  readonly lives: readonly IncidentLife[];
}

/** One rule with one setting in one scenario. */
export interface Row extends Score, RuleName {
  readonly grades?: Grades;
}

export interface ScenarioResult {
  readonly scenario: string;
  readonly about: string;
  readonly targets: number;
  readonly cells: number;
  readonly tests: number;
  readonly rows: readonly Row[];
  readonly lives?: readonly IncidentLife[];
}

/** Rules in the order in which they were first heard of, each with its sums. */
export class RuleOutcomes {
  readonly #rules = new Map<string, RuleOutcome>();

  of({ rule, setting, usual }: RuleName, graded = false): RuleOutcome {
    const key = `${rule} ${setting}`;
    let found = this.#rules.get(key);
    if (found === undefined) {
      const grades = graded ? { grades: { slowed: 0, sniTriggered: 0 } } : {};
      found = { rule, setting, usual, tally: emptyTally(), ...grades };
      this.#rules.set(key, found);
    }
    return found;
  }

  get list(): RuleOutcome[] {
    return [...this.#rules.values()];
  }
}

/** Adds the targets of one scenario up. */
export function scenarioResult(scenario: Scenario, targets: readonly TargetOutcome[]): ScenarioResult {
  const sums = new RuleOutcomes();
  for (const outcome of targets.flatMap(({ rules }) => rules)) {
    const sum = sums.of(outcome, outcome.grades !== undefined);
    addTally(sum.tally, outcome.tally);
    addGrades(sum.grades, outcome.grades);
  }
  const lives = targets.flatMap((target) => target.lives);
  return {
    scenario: scenario.name,
    about: scenario.about,
    targets: targets.length,
    cells: targets.reduce((sum, { cells }) => sum + cells, 0),
    tests: targets.reduce((sum, { tests }) => sum + tests, 0),
    rows: sums.list.map(({ tally, ...name }) => ({ ...name, ...scoreOf(tally) })),
    ...(lives.length > 0 ? { lives } : {}),
  };
}

/** @param sum is added to */
export function addGrades(sum: Grades | undefined, more: Grades | undefined): void {
  if (sum === undefined || more === undefined) return;
  sum.slowed += more.slowed;
  sum.sniTriggered += more.sniTriggered;
}
