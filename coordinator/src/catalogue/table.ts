import type { EntryReport } from './check.js';

const HEAD = ['entry', 'reachable', 'size', 'ranges', 'type', 'changed', 'remark'];

/** The findings for a person, one line for each entry. */
export function table(reports: readonly EntryReport[]): string {
  const yes = (value: boolean | null) => (value === null ? '-' : value ? 'yes' : 'no');
  const rows = reports.map((report) => [
    report.entry,
    yes(report.reachable),
    report.bytes === null ? '-' : `${Math.round(report.bytes / 1000).toLocaleString('en')} kB`,
    yes(report.ranges),
    report.contentType ?? '-',
    report.changed.join(', ') || '-',
    report.fault === null ? (report.note ?? '') : `catalogue fault: ${report.fault}`,
  ]);
  const widths = HEAD.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  const faults = reports.filter(({ fault }) => fault !== null).length;
  const total = `${reports.length - faults} of ${reports.length} entries can be measured with.`;
  return `${[HEAD, ...rows].map(line).join('\n')}\n\n${total}\n`;
}
