import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { placeLabels } from './labels.js';
import type { Panel, Point } from './points.js';

export const PANEL = { width: 440, height: 326 } as const;
const MARGIN = { left: 54, right: 26, top: 58, bottom: 42 } as const;

/** Delays from a minute on; labels that people use. */
const DELAYS: readonly (readonly [number, string])[] = [
  [1 / 60, '1 min'],
  [1 / 6, '10 min'],
  [1, '1 h'],
  [6, '6 h'],
  [24, '1 d'],
  [24 * 7, '1 week'],
];
const LEAST_DELAY = 1 / 60;
/** Colours that the picture's style has for the rules of others. */
const RIVALS = 6;

/** The scales that all panels share. */
export interface Scales {
  /** Where the axis of false alarms begins: a power of ten; left of it is the place of "none seen". */
  readonly leastAlarms: number;
  readonly mostAlarms: number;
  readonly mostDelay: number;
  /** One for each rule. */
  readonly colours: ReadonlyMap<string, string>;
}

/** Scales that hold every point. */
export function scalesOf(panels: readonly Panel[]): Scales {
  const points = panels.flatMap((panel) => panel.points);
  const seen = points.map(({ falseAlarms }) => falseAlarms).filter((rate) => rate > 0);
  const rivals = [...new Set(points.filter(({ ours }) => !ours).map(({ rule }) => rule))].sort();
  const ours = points.filter((point) => point.ours).map(({ rule }) => [rule, 'var(--accent)'] as const);
  return {
    colours: new Map([
      ...ours,
      ...rivals.map((rule, i) => [rule, `var(--rival-${1 + (i % RIVALS)})`] as const),
    ]),
    leastAlarms: 10 ** Math.floor(Math.log10(Math.min(1, ...seen))),
    mostAlarms: 10 ** Math.ceil(Math.log10(Math.max(100, ...seen))),
    mostDelay: 1.6 * Math.max(6, ...points.map(({ p90 }) => p90)),
  };
}

/** One scenario, as SVG: rules by their false alarms (across) and their delay (up: median, with a line to the 90th percentile). */
export function panelSvg(panel: Panel, scales: Scales): string {
  const { leastAlarms, mostAlarms, mostDelay } = scales;
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const zone = { from: leastAlarms / 30, until: leastAlarms / 1.6 };
  const none = Math.sqrt(zone.from * zone.until);
  const frame = {
    left: MARGIN.left,
    right: PANEL.width - MARGIN.right,
    top: MARGIN.top,
    bottom: PANEL.height - MARGIN.bottom,
  };
  const silent = [
    ...new Set(panel.points.filter(({ falseAlarms }) => falseAlarms === 0).map(({ rule }) => rule)),
  ];
  const points = panel.points.map((point) => ({
    ...point,
    x: point.falseAlarms > 0 ? point.falseAlarms : inZone(zone, silent.indexOf(point.rule), silent.length),
    y: Math.max(LEAST_DELAY, point.median),
    y2: Math.max(LEAST_DELAY, point.p90),
  }));
  const dots = points.filter(({ usual }) => usual).sort((a, b) => Number(b.ours) - Number(a.ours));
  const px = linear(zone.from, mostAlarms, frame.left, frame.right);
  const py = linear(LEAST_DELAY / 1.5, mostDelay, frame.bottom, frame.top);
  const placed = placeLabels(
    dots.map(({ x, y, y2, rule }) => ({ x: px(x), y: py(y), top: py(y2), label: rule })),
    frame,
    points.map(({ x, y }) => ({ x: px(x), y: py(y) })),
  );
  const decades = powersOfTen(leastAlarms, mostAlarms);
  const delays = DELAYS.filter(([hours]) => hours <= mostDelay);
  const colour = ({ rule }: Point) => scales.colours.get(rule) ?? 'var(--quiet)';
  const chart = Plot.plot({
    document: document as never,
    ...PANEL,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    style: { background: 'transparent', fontSize: '12px', color: 'var(--ink)' },
    x: { type: 'log', domain: [zone.from, mostAlarms], range: [frame.left, frame.right], axis: null },
    y: { type: 'log', domain: [LEAST_DELAY / 1.5, mostDelay], range: [frame.bottom, frame.top], axis: null },
    marks: [
      Plot.rectX([zone], { x1: 'from', x2: 'until', fill: 'var(--zone)' }),
      Plot.ruleX(decades, { stroke: 'var(--rule)' }),
      Plot.ruleY(
        delays.map(([hours]) => hours),
        { stroke: 'var(--rule)' },
      ),
      Plot.ruleX([1], { stroke: 'var(--accent)', strokeDasharray: '4 3', strokeOpacity: 0.7 }),
      Plot.text([...decades.map((rate) => [rate, rate.toLocaleString('en')]), [none, 'none seen']], {
        x: '0',
        text: '1',
        frameAnchor: 'bottom',
        dy: 18,
      }),
      Plot.text(delays, { y: '0', text: '1', frameAnchor: 'left', textAnchor: 'end', dx: -8 }),
      Plot.line(points, { x: 'x', y: 'y', z: 'rule', stroke: colour, strokeOpacity: 0.45 }),
      Plot.dot(points, { x: 'x', y: 'y', r: 2.2, fill: colour, fillOpacity: 0.6, title: titleOf }),
      Plot.ruleX(dots, { x: 'x', y1: 'y', y2: 'y2', stroke: colour, strokeWidth: 1.5 }),
      Plot.dot(dots, { x: 'x', y: 'y2', r: 1.8, fill: colour }),
      Plot.dot(dots, { x: 'x', y: 'y', r: 5, fill: colour, stroke: 'var(--paper)', title: titleOf }),
      ...dots.map((dot, i) => {
        const label = placed[i] as (typeof placed)[number];
        return Plot.text([dot], {
          x: 'x',
          y: 'y',
          text: 'rule',
          dx: label.x - px(dot.x),
          dy: label.y - py(dot.y),
          textAnchor: label.anchor,
          fill: colour(dot),
          fontWeight: dot.ours ? 'bold' : 'normal',
          stroke: 'var(--paper)',
          strokeWidth: 3,
        });
      }),
    ],
  });
  return chart.outerHTML;
}

/** Points without false alarms stand side by side. */
function inZone({ from, until }: { from: number; until: number }, at: number, of: number): number {
  return from * (until / from) ** ((at + 1) / (of + 1));
}

/** A logarithmic scale, to know where things will be. */
function linear(from: number, until: number, start: number, end: number): (value: number) => number {
  return (value) => start + ((end - start) * Math.log(value / from)) / Math.log(until / from);
}

function powersOfTen(from: number, until: number): number[] {
  const count = Math.round(Math.log10(until / from)) + 1;
  return Array.from({ length: count }, (_, i) => Number((from * 10 ** i).toPrecision(1)));
}

function titleOf({ rule, setting, falseAlarms, median, p90 }: Point): string {
  const alarms = falseAlarms === 0 ? 'none seen' : `${falseAlarms.toPrecision(2)} per 1,000 cell-days`;
  return `${rule}, ${setting}: median ${median.toFixed(2)} h, 90th percentile ${p90.toFixed(2)} h; false alarms: ${alarms}`;
}
