import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { OURS, type Row, type ScenarioResult } from './run.js';

/** Scenarios in which nothing real happens to the counted cells, and which are everyday life: their false alarms count. */
const EVERYDAY = ['null', 'sticky', 'shock-1', 'shock-2'];

interface Point {
  readonly scenario: string;
  readonly rule: string;
  readonly setting: string;
  readonly usual: boolean;
  /** Per 1,000 cell-days; for none, what 95 % confidence cannot exclude (3 events in the time watched). */
  readonly falseAlarms: number;
  readonly none: boolean;
  readonly delay: number;
}

/**
 * A picture of delay against false alarms, one panel per scenario with something to find. False alarms are those of the
 * everyday scenarios of the same run, where there are any, else those of the panel's own quiet time. Rules that missed
 * more than half have no point. Plain SVG: black lines become white where the reader prefers a dark page.
 */
export function delayPlot(results: readonly ScenarioResult[]): string {
  const points = pointsOf(results);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const names = [...new Set(points.map(({ scenario }) => scenario))];
  const chart = Plot.plot({
    document: document as never,
    width: Math.max(420, 60 + 340 * names.length),
    height: 420,
    marginLeft: 52,
    marginBottom: 46,
    marginRight: 24,
    inset: 10,
    style: { background: 'transparent', fontSize: '12px' },
    fx: { domain: names, label: null },
    x: { type: 'log', label: 'false alarms per 1,000 cell-days', grid: true, ticks: 5, tickFormat: decimal },
    y: { type: 'log', label: 'median delay, hours', grid: true, ticks: 5, tickFormat: decimal },
    color: { scheme: 'Observable10', domain: [...new Set(points.map(({ rule }) => rule))], legend: false },
    marks: [
      Plot.line(points, {
        fx: 'scenario',
        x: 'falseAlarms',
        y: 'delay',
        z: 'rule',
        stroke: 'rule',
        strokeOpacity: 0.5,
      }),
      Plot.dot(points, {
        fx: 'scenario',
        x: 'falseAlarms',
        y: 'delay',
        fill: (point: Point) => (point.none ? 'none' : point.rule),
        stroke: 'rule',
        r: (point: Point) => (point.usual ? 5 : 3),
        title: titleOf,
      }),
      ...[true, false].map((ours) =>
        Plot.text(
          points.filter(({ usual, rule }) => usual && (rule === OURS.both) === ours),
          {
            fx: 'scenario',
            x: 'falseAlarms',
            y: 'delay',
            text: 'rule',
            fill: 'rule',
            dy: -10,
            fontWeight: ours ? 'bold' : 'normal',
          },
        ),
      ),
    ],
  });
  return standalone(chart.outerHTML, names);
}

function pointsOf(results: readonly ScenarioResult[]): Point[] {
  const everyday = results.filter(({ scenario }) => EVERYDAY.includes(scenario));
  const points: Point[] = [];
  for (const { scenario, rows } of results) {
    for (const row of rows) {
      const { median } = row.delayHours;
      if (row.rule.includes(OURS.countries) || median === null || row.misses > row.events / 2) continue;
      const quiet = everyday.length === 0 ? [row] : everyday.flatMap((of) => of.rows.filter(same(row)));
      const alarms = quiet.reduce((sum, { falseAlarms }) => sum + falseAlarms, 0);
      const days = quiet.reduce((sum, { cellDays }) => sum + cellDays, 0);
      if (days === 0) continue;
      const { rule, setting, usual } = row;
      const falseAlarms = (1000 * (alarms === 0 ? 3 : alarms)) / days;
      points.push({
        scenario,
        rule,
        setting,
        usual,
        falseAlarms,
        none: alarms === 0,
        delay: Math.max(0.05, median),
      });
    }
  }
  return points;
}

function same(row: Row) {
  return ({ rule, setting }: Row) => rule === row.rule && setting === row.setting;
}

function titleOf({ rule, setting, falseAlarms, none, delay }: Point): string {
  const alarms = `${none ? 'none seen, at most ' : ''}${falseAlarms.toPrecision(2)} per 1,000 cell-days`;
  return `${rule}, ${setting}: ${delay.toFixed(1)} h, ${alarms}`;
}

function decimal(value: number): string {
  return String(Number(value.toPrecision(2)));
}

/** An SVG file of its own: namespaces, and colours that follow the reader's scheme. */
function standalone(svg: string, scenarios: readonly string[]): string {
  const style = '<style>svg{color:#1b1f24}@media(prefers-color-scheme:dark){svg{color:#e6edf3}}</style>';
  const label = `Delay against false alarms of each rule: ${scenarios.join(', ')}`;
  const attributes = `xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${label}"`;
  const bare = svg.replace(/color: ?currentColor;?/, '');
  return `${bare
    .replace(/ xmlns="[^"]*"/g, '')
    .replace(/<svg/, `<svg ${attributes}`)
    .replace(/>/, `>${style}`)}\n`;
}
