import type { Row, ScenarioResult } from './run.js';

/** Results for a terminal: one table per scenario. */
export function scoreTable(results: readonly ScenarioResult[]): string {
  return results.map((result) => `${heading(result)}\n${rows(result.rows).join('\n')}\n`).join('\n');
}

function heading({ scenario, about, targets, cells, tests }: ScenarioResult): string {
  return `${scenario}: ${about}\n${cells} cells of ${targets} targets, ${tests} rounds of tests`;
}

function rows(list: readonly Row[]): string[] {
  const lines = [
    ['rule', 'setting', 'false alarms', 'per 1,000 cell-days', 'missed', 'delay h (median, p90)', 'grades'],
    ...list.map((row) => [
      row.rule,
      row.setting,
      String(row.falseAlarms),
      row.falseAlarmsPer1000CellDays.toFixed(2),
      row.events === 0 ? '-' : `${row.misses} of ${row.events}`,
      row.delayHours.median === null
        ? '-'
        : `${row.delayHours.median.toFixed(1)}, ${row.delayHours.p90?.toFixed(1)}`,
      row.grades === undefined ? '' : `${row.grades.slowed} slowed, ${row.grades.sniTriggered} sni-triggered`,
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
