import type { ScenarioResult } from '../outcome.js';
import type { RunOptions } from '../target.js';
import { PANEL, panelSvg, scalesOf } from './panel.js';
import { type Figure, figureOf, type Panel } from './points.js';

const PAD = 16;
const HEAD = 58;
const LINE = 17;
/** Letters of a caption line at 12 px, two columns wide. */
const CAPTION_LETTERS = 142;
/** Letters of a line over a panel. */
const PANEL_LETTERS = 68;

/** The page's colours; the picture brings its own paper, so that it is readable wherever it is shown. */
const STYLE = `
:root{--paper:#faf7f0;--ink:#1c262e;--quiet:#5f6a74;--rule:#e4ddcd;--accent:#c03a06;--zone:#f0e9d9;
--rival-1:#55698c;--rival-2:#7a52a8;--rival-3:#2f7d79;--rival-4:#8a6210;--rival-5:#8c2350;--rival-6:#4d6b2c}
@media(prefers-color-scheme:dark){:root{--paper:#12181d;--ink:#ece6d8;--quiet:#a3adb4;--rule:#29333b;--accent:#ff9a66;--zone:#1d272e;
--rival-1:#9db4dc;--rival-2:#c0a4ec;--rival-3:#62bdb5;--rival-4:#dfb95a;--rival-5:#f07fa6;--rival-6:#a9cf80}}
text{font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:12px}
.title{font-size:18px;font-weight:600}.name{font-size:13.5px;font-weight:600}.soft{fill:var(--quiet)}.ink{fill:var(--ink)}`;

/**
 * A picture of delay against false alarms of every rule, one panel per scenario with something to find. SVG that follows the
 * reader's colour scheme.
 */
export function delayPlot(results: readonly ScenarioResult[], options: RunOptions): string {
  const figure = figureOf(results);
  const columns = Math.min(2, Math.max(1, figure.panels.length));
  const width = 2 * PAD + columns * PANEL.width;
  const scales = scalesOf(figure.panels);
  const rows = Math.ceil(figure.panels.length / columns);
  const panels = figure.panels.map((panel, i) => {
    const x = PAD + (i % columns) * PANEL.width;
    const y = HEAD + Math.floor(i / columns) * PANEL.height;
    return `<g transform="translate(${x} ${y})">${headOf(panel)}${nested(panelSvg(panel, scales))}</g>`;
  });
  const caption = captionOf(figure, options).flatMap((line) =>
    wrapped(line, (CAPTION_LETTERS * columns) / 2),
  );
  const begin = HEAD + rows * PANEL.height + LINE;
  const height = begin + caption.length * LINE + PAD / 2;
  const lines = caption.map((line, i) => text(PAD + 6, begin + i * LINE, line, 'soft'));
  const label = `Delay against false alarms of each rule: ${figure.panels.map(({ scenario }) => scenario).join(', ')}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">`,
    `<style>${STYLE}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="var(--paper)"/>`,
    text(PAD + 6, 28, 'How soon a rule finds throttling, and how often it cries wolf', 'title ink'),
    text(PAD + 6, 48, 'Up: delay. Across: false alarms per 1,000 cell-days. Best is low and left.', 'soft'),
    ...panels,
    ...lines,
    '</svg>\n',
  ].join('\n');
}

function headOf({ scenario, about, blind, events }: Panel): string {
  const missed = blind.map(({ rule, found }) => `${rule} (${found} of ${events})`).join(', ');
  const short = scenario.length + about.length < PANEL_LETTERS;
  const lines = [
    ...(short ? [] : wrapped(about, PANEL_LETTERS).slice(0, 2)),
    ...(missed === '' ? [] : wrapped(`Found by less than half: ${missed}`, PANEL_LETTERS).slice(0, 2)),
  ];
  const name = `<tspan class="name ink">${escaped(scenario)}</tspan>`;
  const beside = short ? `<tspan class="soft" dx="8">${escaped(about)}</tspan>` : '';
  return [
    `<text x="6" y="16">${name}${beside}</text>`,
    ...lines.map((line, i) => text(6, 33 + 15 * i, line, 'soft')),
  ].join('');
}

function captionOf({ quiet, settings }: Figure, options: RunOptions): string[] {
  const { cells, days, seed, layout, noise, detection, thresholds } = options;
  const minutes = (ms: number) => ms / 60_000;
  const number = (value: number) => value.toLocaleString('en');
  const starts = 86_400_000 / detection.periodMs;
  const [threshold = detection.threshold] = thresholds;
  const promised = Number(((1000 * starts) / threshold).toPrecision(2));
  return [
    `Dot: median delay; line: up to the 90th percentile; small dots: other settings of the same rule. False alarms: what each rule says in ${quiet.scenarios.join(', ')}, over ${number(Math.round(quiet.cellDays))} cell-days; with none seen, 95 % confidence leaves at most ${(3000 / quiet.cellDays).toPrecision(2)}. Dashed: the promise at A = ${number(threshold)}, ${promised} per 1,000 cell-days.`,
    `Simulated: ${number(cells)} cells × ${days} days a scenario (seed ${seed}), ${layout.probesPerCell} probes a cell, a test every ${minutes(noise.gapMinMs)}–${minutes(noise.gapMaxMs)} min, periods of ${minutes(detection.periodMs)} min. Settings: ${settings.join('; ')}.`,
  ];
}

/** Lines of at most so many letters. */
function wrapped(line: string, letters: number): string[] {
  const lines: string[] = [];
  let open = '';
  for (const word of line.split(' ')) {
    if (open !== '' && open.length + word.length >= letters) {
      lines.push(open);
      open = word;
    } else open = open === '' ? word : `${open} ${word}`;
  }
  return [...lines, open];
}

function text(x: number, y: number, content: string, style: string): string {
  return `<text x="${x}" y="${y}" class="${style}">${escaped(content)}</text>`;
}

/** A chart inside a picture needs no name space of its own. */
function nested(svg: string): string {
  return svg.replace(/ xmlns(:\w+)?="[^"]*"/g, '');
}

function escaped(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
