import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { File4ndv, type SpeedTest } from '../../imports/4ndv.js';

/** How many rows were read, and why some were refused. */
export interface RowCounts {
  read: number;
  rejected: Record<string, number>;
}

/** CSV files of a folder and the folders below it, in the order of their names. */
export async function csvFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.csv'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Streams the good rows of the files; counts the others. Files of another layout are refused as a whole. */
export async function* readTests(files: readonly string[], counts: RowCounts): AsyncGenerator<SpeedTest> {
  for (const path of files) {
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
  }
}
