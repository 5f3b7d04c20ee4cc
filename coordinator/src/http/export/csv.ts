import type { Measurement } from '@brakelight/shared';

/** Columns of the CSV export: every field of a measurement but the observations, which need JSON. */
const COLUMNS = [
  'id',
  'source',
  'historical',
  'kind',
  'target',
  'control',
  'direction',
  'deep',
  'country',
  'asn',
  'subnet',
  'family',
  'measuredAt',
  'receivedAt',
  'class',
  'invalidReason',
  'targetRateBps',
  'controlRateBps',
  'ratio',
  'mechanism',
  'agentVersion',
  'methodVersion',
  'networkDbDate',
] as const satisfies readonly (keyof Measurement)[];

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
