import { Measurement } from '@brakelight/shared';

/** Fields that are not one value: they need JSON. */
const NESTED = ['arms', 'sender'] as const;
type Column = Exclude<keyof Measurement, (typeof NESTED)[number]>;

/** Columns of the CSV export: every other field of a measurement, in the order of the schema. */
const COLUMNS = Object.keys(Measurement.shape).filter(
  (name): name is Column => !NESTED.some((nested) => nested === name),
);

export const CSV_HEADER = `${COLUMNS.join(',')}\r\n`;

/** One line (RFC 4180). */
export function csvLine(measurement: Measurement): string {
  return `${COLUMNS.map((column) => csvCell(measurement[column])).join(',')}\r\n`;
}

/**
 * One cell. A text that a spreadsheet would take for a formula (`=`, `+`, `-`, `@`, also behind white space) gets an
 * apostrophe in front; numbers stay numbers; nothing known is an empty cell.
 */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^\s*[=+\-@]/.test(value) || /^[\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
