import type { IncidentLife } from './incident-life.js';
import type { Row, ScenarioResult } from './outcome.js';

/** One scenario's results for a terminal. */
export function scoreTable({ scenario, about, targets, cells, tests, rows, lives }: ScenarioResult): string {
  return [
    `${scenario}: ${about}`,
    `${cells} cells of ${targets} targets, ${tests} rounds of tests`,
    ...linesOf(rows),
    ...(lives === undefined ? [] : [`incidents: ${lives.map(lifeOf).join('; ')}`]),
    '\n',
  ].join('\n');
}

function linesOf(list: readonly Row[]): string[] {
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

function lifeOf({ target, country, incidents, kinds, lost, end }: IncidentLife): string {
  const story = [...kinds, ...(lost ? ['observation lost'] : []), end ?? 'open'].join(', ');
  return `${target} ${country} ${incidents === 1 ? '1 incident' : `${incidents} incidents`} (${story})`;
}
