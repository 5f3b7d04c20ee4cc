import type { ImportSummary } from './importer.js';

/** The summary for a person. */
export function describe(summary: ImportSummary): string {
  const width = Math.max(summary.rowsRead, summary.stored).toLocaleString('en').length;
  const line = (name: string, value: number, remark = '') =>
    `  ${name.padEnd(11)}${value.toLocaleString('en').padStart(width)}${remark && `  ${remark}`}\n`;
  const reasons = Object.entries(summary.refusedByReason)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, rows]) => `${reason}: ${rows}`);
  const files = summary.refusedFiles.map(({ file, reason }) => `  refused as a whole: ${file} (${reason})\n`);
  return [
    `${summary.source}, ${summary.files} files\n`,
    ...files,
    line('rows read', summary.rowsRead),
    line('refused', summary.refused, reasons.join(', ')),
    line('good', summary.good),
    line('duplicates', summary.duplicates, 'there already'),
    line('new', summary.new),
    line('stored', summary.stored, `rows of ${summary.source} in the store`),
    `  ${judged(summary.judged)}\n`,
  ].join('');
}

function judged(how: boolean | null): string {
  if (how === null) return 'Not judged yet, as far as can be seen from here.';
  return 'Judged. See the page, or GET /v1/incidents?source=4ndv';
}
