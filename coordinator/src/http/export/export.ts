import { createHash } from 'node:crypto';
import type { Measurement } from '@brakelight/shared';
import { LICENCE } from '../licence.js';
import type { Page, PageRequest } from '../page.js';
import { CSV_HEADER, csvLine } from './csv.js';

/** Formats that are streamed whole instead of page by page. */
export type ExportFormat = 'ndjson' | 'csv';

export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
};

const WRITERS: Readonly<Record<ExportFormat, { header: string; line: (row: Measurement) => string }>> = {
  ndjson: { header: '', line: (row) => `${JSON.stringify(row)}\n` },
  csv: { header: CSV_HEADER, line: csvLine },
};

const ROWS_AT_ONCE = 1000;

/**
 * Streams every row, then one last line with the number of rows and the SHA-256 (hex) of all bytes before that line, so
 * that a file that was cut shows. NDJSON: `{"trailer":{...}}`; CSV: `# rows=... sha256=... licence=...`.
 * @param list one page of the rows to export
 */
export async function* exportRows(
  format: ExportFormat,
  list: (page: PageRequest) => Promise<Page<Measurement>>,
): AsyncGenerator<string> {
  const { header, line } = WRITERS[format];
  const hash = createHash('sha256').update(header);
  let rows = 0;
  let cursor: string | null = null;
  if (header) yield header;
  do {
    const page: Page<Measurement> = await list({
      limit: ROWS_AT_ONCE,
      ...(cursor !== null && { cursor }),
    });
    const text = page.data.map(line).join('');
    hash.update(text);
    rows += page.data.length;
    if (text) yield text;
    cursor = page.nextCursor;
  } while (cursor !== null);
  const sha256 = hash.digest('hex');
  yield format === 'csv'
    ? `# rows=${rows} sha256=${sha256} licence=${LICENCE.identifier}\r\n`
    : `${JSON.stringify({ trailer: { rows, sha256, licence: LICENCE.identifier } })}\n`;
}
