import type { Bound, Figure } from './figures.js';

/** The figures for people. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((f) => [
    f.held === null ? ' ' : f.held ? '✓' : '✗',
    f.part,
    f.name,
    `${f.value} ${f.unit}`.trim(),
    f.bound ? boundText(f.bound) : '',
  ]);
  const widths = [0, 1, 2, 3, 4].map((i) => Math.max(0, ...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function boundText({ min, max }: Bound): string {
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `${min} to ${max}`;
}
