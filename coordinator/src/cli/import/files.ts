import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CONTROL_4NDV, TARGET_4NDV } from '../../imports/4ndv.js';
import type { ImportRow } from '../../imports/row.js';
import { type Found, listFiles, readTests } from '../backtest/load.js';
import { CommandError } from '../client.js';

/** The CSV files that are meant: one file, or all of a folder and the folders below it. @throws CommandError */
export async function filesOf(path: string): Promise<string[]> {
  const kind = await stat(path).catch(() => null);
  if (kind === null) throw new CommandError(`There is no folder ${path}.`);
  const files = kind.isDirectory() ? (await listFiles(path)).csv : [path];
  if (files.length === 0) throw new CommandError(`There are no CSV files in ${path}.`);
  return files;
}

/**
 * Streams the good rows of the files in batches, and counts what is refused.
 * @param size most rows of a batch
 */
export async function* readBatches(
  files: readonly string[],
  size: number,
  found: Found,
): AsyncGenerator<ImportRow[]> {
  let batch: ImportRow[] = [];
  for await (const { measuredAt, placeboRateBps: _, ...row } of readTests(files, found)) {
    batch.push({
      ...row,
      measuredAt: new Date(measuredAt).toISOString(),
      target: TARGET_4NDV,
      control: CONTROL_4NDV,
    });
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Rows that the files seem to have, for a progress bar: their lines without the first ones. */
export async function countLines(files: readonly string[]): Promise<number> {
  let lines = 0;
  for (const file of files) lines += await linesOf(file).catch(() => 0);
  return lines;
}

async function linesOf(file: string): Promise<number> {
  let lines = 0;
  let last = 10;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
    last = chunk.at(-1) ?? last;
  }
  // The last line may have no end; the first one names the columns.
  return Math.max(0, lines + (last === 10 ? 0 : 1) - 1);
}
