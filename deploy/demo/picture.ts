import { styleText } from 'node:util';
import type { Cell, CellState } from '@brakelight/shared';

/** What the picture shows beside the cells. */
export interface Scene {
  readonly headline: string;
  /** What is waited for, and how far it is: 0 to 1, or unknown. */
  readonly waiting: { readonly text: string; readonly done: number | null };
  readonly page: string;
  readonly log: readonly string[];
}

const MARK: Record<CellState, [mark: string, style: Parameters<typeof styleText>[0]]> = {
  normal: ['●', 'green'],
  suspected: ['◐', 'yellow'],
  throttled: ['▼', 'red'],
  stalled: ['■', 'red'],
  blocked: ['✕', 'red'],
  'platform-outage': ['○', 'magenta'],
  'local-congestion': ['≈', 'cyan'],
  insufficient: ['·', 'dim'],
};
const COLUMN = 27;
const BAR = 30;

function rate(bps: number | null): string {
  if (bps === null) return '   –';
  return bps >= 1e6 ? `${(bps / 1e6).toFixed(1)}M` : `${Math.round(bps / 1e3)}k`;
}

function cellText(cell: Cell | undefined): string {
  if (!cell) return styleText('dim', '· no data yet'.padEnd(COLUMN));
  const [mark, style] = MARK[cell.state];
  const { targetRateBps: target, controlRateBps: control } = cell;
  const ratio = target !== null && control ? (target / control).toFixed(2) : '–';
  return styleText(style, `${mark} ${cell.state} ${rate(target)}/${rate(control)} ${ratio}`.padEnd(COLUMN));
}

function bar(done: number | null): string {
  if (done === null) return '';
  const filled = Math.round(Math.min(1, Math.max(0, done)) * BAR);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} `;
}

/** Places x platforms, each with state, target rate / control rate and their ratio. */
export function renderPicture(cells: readonly Cell[], targets: readonly string[], scene: Scene): string {
  const places = [...new Set(cells.map((c) => c.country))].filter((c) => c !== null).sort();
  const countryCells = new Map(
    cells.filter((c) => c.asn === null).map((c) => [`${c.country} ${c.target}`, c] as const),
  );
  const head = `     ${targets.map((t) => styleText('bold', t.padEnd(COLUMN))).join(' ')}`;
  const rows = places.map(
    (place) =>
      `${styleText('bold', place)}   ${targets.map((t) => cellText(countryCells.get(`${place} ${t}`))).join(' ')}`,
  );
  return [
    styleText('bold', scene.headline),
    '',
    head,
    ...(rows.length > 0 ? rows : [styleText('dim', '     waiting for the first measurements')]),
    '',
    `${bar(scene.waiting.done)}${scene.waiting.text}`,
    styleText('dim', `page ${scene.page}   (rates: platform/control, then their ratio)`),
    '',
    ...scene.log.slice(-8),
  ].join('\n');
}
