import { DEFAULT_PARAMETERS } from '@brakelight/coordinator/detection/parameters';
import { DEFAULT_NOISE } from '@brakelight/coordinator/simulation/noise';
import { type Row, type ScenarioResult, scenarioResult } from '@brakelight/coordinator/simulation/outcome';
import { simulate } from '@brakelight/coordinator/simulation/pool';
import type { Scenario } from '@brakelight/coordinator/simulation/scenario';
import { SCENARIOS } from '@brakelight/coordinator/simulation/scenarios';
import { OURS, type RunOptions, simulateTarget, targetsOf } from '@brakelight/coordinator/simulation/target';
import { DEFAULT_LAYOUT } from '@brakelight/coordinator/simulation/world';
import { describe, expect, test } from 'vitest';

/** One false alarm per 1,000 cell-days. */
const THRESHOLD = 48_000;

const SMALL: RunOptions = {
  cells: 6,
  days: 12,
  seed: 7,
  layout: { ...DEFAULT_LAYOUT, countries: 6, asnsPerCountry: 1 },
  noise: DEFAULT_NOISE,
  detection: DEFAULT_PARAMETERS,
  thresholds: [THRESHOLD],
};

/** Three countries of one small cell each: enough to see that it runs. */
const TINY = { cells: 1, layout: { countries: 3, asnsPerCountry: 1, probesPerCell: 3 } };

function known(name: string): Scenario {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return scenario;
}

function run(name: string, options: Partial<RunOptions> = {}): ScenarioResult {
  const scenario = known(name);
  const all = { ...SMALL, ...options };
  const targets = Array.from({ length: targetsOf(scenario, all) }, (_, target) => target);
  return scenarioResult(
    scenario,
    targets.map((target) => simulateTarget(scenario, all, target)),
  );
}

function ours(name: string, rule: string = OURS.both): Row {
  const row = run(name).rows.find((one) => one.rule === rule);
  if (row === undefined) throw new Error(`${name} has no row of ${rule}`);
  return row;
}

describe('the detector in a world whose truth is known', () => {
  test.each(['null', 'sticky', 'shock-2', 'platform-outage', 'liars-1-slow-early', 'liars-1-slow-late'])(
    'is silent in: %s',
    (name) => {
      const { rows } = run(name);
      const alarms = rows.filter(({ rule }) => rule.startsWith(OURS.both));
      expect(alarms.length).toBeGreaterThan(0);
      expect(alarms.reduce((sum, { falseAlarms }) => sum + falseAlarms, 0)).toBe(0);
    },
  );

  test.each(['throttle-140k', 'throttle-1m', 'third-speed', 'third-of-countries', 'liars-1-normal-early'])(
    'finds every cell in: %s',
    (name) => {
      const row = ours(name);
      expect(row.events).toBeGreaterThan(0);
      expect(row.misses).toBe(0);
      expect(row.delayHours.median).toBeLessThan(12);
    },
  );

  test('needs no swap pairs for 140 kbit/s, and has nothing to say of half the speed without them', () => {
    expect(ours('throttle-140k', OURS.platform).misses).toBe(0);
    const half = ours('half-speed', OURS.platform);
    expect(half.misses).toBe(half.events);
  });
});

test.each(SCENARIOS.map(({ name }) => name))(
  'runs, and each rule finds or misses what there is: %s',
  (name) => {
    const { rows, tests } = run(name, TINY);
    expect(tests).toBeGreaterThan(500);
    for (const row of rows) {
      expect(row.found + row.misses, row.rule).toBe(row.events);
      expect(row.cellDays, row.rule).toBeGreaterThanOrEqual(0);
    }
    expect(new Set(rows.map(({ rule }) => rule)).size).toBeGreaterThanOrEqual(7);
  },
);

test('the same seed gives the same figures, another seed others', () => {
  expect(run('throttle-140k', TINY)).toEqual(run('throttle-140k', TINY));
  expect(run('throttle-140k', { ...TINY, seed: 8 }).tests).not.toBe(run('throttle-140k', TINY).tests);
});

test('keeps one incident open from throttled over blocked to unobserved', () => {
  const layout = { countries: 4, asnsPerCountry: 1, probesPerCell: 5 };
  const { lives } = run('throttled-blocked-silent', { days: 19, cells: 1, layout });
  expect(lives).toEqual([
    {
      target: 'target-0',
      country: expect.stringMatching(/^X[A-D]$/),
      incidents: 1,
      kinds: ['slow', 'blocked'],
      lost: true,
      end: 'unobserved',
    },
  ]);
});

test('threads change nothing, and results come in the order of the scenarios', async () => {
  const options = { ...SMALL, ...TINY, cells: 6 };
  const names = ['throttle-140k', 'null', 'lone-country'];
  const told: ScenarioResult[] = [];
  let cells = 0;
  await simulate(names.map(known), options, 2, {
    target: (_scenario, done) => {
      cells += done;
    },
    scenario: (result) => told.push(result),
  });
  expect(told).toEqual(names.map((name) => run(name, options)));
  expect(cells).toBe(told.reduce((sum, result) => sum + result.cells, 0));
});
