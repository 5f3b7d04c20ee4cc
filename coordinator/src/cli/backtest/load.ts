import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { File4ndv, type SpeedTest } from '../../imports/4ndv.js';

/** How many rows were read, and why some were refused. */
export interface RowCounts {
  read: number;
  rejected: Record<string, number>;
}

/** What a pass over the files found. */
export interface Found {
  /** Lines with data, and why some of them were refused. */
  readonly rows: RowCounts;
  /** Files that are not of the format at all, or cannot be read. */
  readonly refusedFiles: { readonly file: string; readonly reason: string }[];
}

export const nothingYet = (): Found => ({ rows: { read: 0, rejected: {} }, refusedFiles: [] });

/** Files of a folder and the folders below it (links to files too, links to folders not), in the order of their names. */
export async function listFiles(folder: string): Promise<{ csv: string[]; others: string[] }> {
  const csv: string[] = [];
  const others: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const isFile = entry.isFile() || (await stat(path).catch(() => null))?.isFile() === true;
    (isFile && /\.csv$/i.test(entry.name) ? csv : others).push(path);
  }
  return { csv: csv.sort(), others: others.sort() };
}

/**
 * Streams the good rows of the files; counts the others. A file that cannot be read, or is of another layout, is refused
 * as a whole (what was read of it before stays) and disturbs no other.
 */
export async function* readTests(files: readonly string[], found: Found): AsyncGenerator<SpeedTest> {
  for (const file of files) {
    const tests = testsOf(file, found.rows);
    for (;;) {
      const next = await tests.next().catch((error: Error) => {
        found.refusedFiles.push({ file, reason: error.message });
        return { done: true as const, value: undefined };
      });
      if (next.done) break;
      yield next.value;
    }
  }
}

async function* testsOf(path: string, counts: RowCounts): AsyncGenerator<SpeedTest> {
  let file: File4ndv | null = null;
  const lines = createInterface({
    input: createReadStream(path, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) {
    if (file === null) {
      file = new File4ndv(line);
      continue;
    }
    if (line === '') continue;
    counts.read++;
    const parsed = file.row(line);
    if (parsed.ok) yield parsed.test;
    else counts.rejected[parsed.reason] = (counts.rejected[parsed.reason] ?? 0) + 1;
  }
  if (file === null) throw new Error('it is empty: not even a line that names the columns');
}
