import type { Row, ScenarioResult } from '../outcome.js';
import { OURS } from '../target.js';

/** Scenarios in which nothing real happens, and which are everyday life: what is said in them is false. */
const EVERYDAY = ['null', 'sticky', 'shock-1', 'shock-2'];

/** One rule with one setting in one scenario. */
export interface Point {
  readonly rule: string;
  readonly setting: string;
  readonly ours: boolean;
  /** The setting that is usual, or ours: the labelled one. */
  readonly usual: boolean;
  /** Per 1,000 cell-days; 0 where none was seen. */
  readonly falseAlarms: number;
  /** Hours. */
  readonly median: number;
  readonly p90: number;
}

/** One scenario in which there is something to find. */
export interface Panel {
  readonly scenario: string;
  readonly about: string;
  readonly events: number;
  readonly points: readonly Point[];
  /** Rules that missed more than half, with how many of the events they found. */
  readonly blind: readonly { readonly rule: string; readonly found: number }[];
}

/** Where the false alarms come from. */
export interface Quiet {
  readonly scenarios: readonly string[];
  readonly cellDays: number;
}

export interface Figure {
  readonly panels: readonly Panel[];
  readonly quiet: Quiet;
  /** The settings that are shown, by rule. */
  readonly settings: readonly string[];
}

/**
 * What is drawn: each rule with its usual setting, and beside it how it trades delay for false alarms. False alarms are those of the everyday scenarios of the same run;
 * without any, those of the panels' own quiet time.
 */
export function figureOf(results: readonly ScenarioResult[]): Figure {
  const everyday = results.filter(({ scenario }) => EVERYDAY.includes(scenario));
  const quiet = everyday.length > 0 ? everyday : results;
  const panels = results
    .filter(({ rows }) => rows.some(({ events }) => events > 0))
    .map((result) => panelOf(result, quiet));
  const rows = quiet.flatMap((result) => result.rows.filter(({ rule }) => rule === OURS.both).slice(0, 1));
  return {
    panels,
    quiet: {
      scenarios: quiet.map(({ scenario }) => scenario),
      cellDays: rows.reduce((sum, { cellDays }) => sum + cellDays, 0),
    },
    settings: (results[0]?.rows ?? [])
      .filter((row) => row.usual && row.rule !== OURS.both)
      .map(({ rule, setting }) => `${rule} ${setting}`),
  };
}

function panelOf({ scenario, about, rows }: ScenarioResult, quiet: readonly ScenarioResult[]): Panel {
  const shown = rows.filter(({ rule }) => rule !== OURS.countries && rule !== OURS.countriesPlatform);
  const points: Point[] = [];
  const blind: { rule: string; found: number }[] = [];
  for (const row of shown) {
    const { rule, setting, events, found } = row;
    const { median, p90 } = row.delayHours;
    if (median === null || p90 === null || 2 * found < events) {
      if (isUsual(row)) blind.push({ rule, found });
      continue;
    }
    const falseAlarms = rateOf(row, quiet);
    points.push({ rule, setting, ours: isOurs(row), usual: isUsual(row), falseAlarms, median, p90 });
  }
  return { scenario, about, events: shown[0]?.events ?? 0, points, blind };
}

function rateOf(row: Row, quiet: readonly ScenarioResult[]): number {
  const same = quiet.flatMap(({ rows }) =>
    rows.filter(({ rule, setting }) => rule === row.rule && setting === row.setting),
  );
  const alarms = same.reduce((sum, { falseAlarms }) => sum + falseAlarms, 0);
  const days = same.reduce((sum, { cellDays }) => sum + cellDays, 0);
  return days === 0 ? 0 : (1000 * alarms) / days;
}

function isOurs({ rule }: Row): boolean {
  return rule === OURS.both || rule === OURS.platform;
}

function isUsual(row: Row): boolean {
  return row.usual || isOurs(row);
}
