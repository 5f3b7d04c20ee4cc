import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Where the coordinator of a data folder answers; written while it runs, for the tools on this machine. */
const Running = z.object({ url: z.url(), pid: z.int() });
export type Running = z.infer<typeof Running>;

const fileOf = (dataDir: string): string => join(dataDir, 'coordinator.json');

/** Says where it answers; replaced whole. */
export async function announceRunning(dataDir: string, running: Running): Promise<void> {
  const draft = `${fileOf(dataDir)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(running)}\n`);
  await rename(draft, fileOf(dataDir));
}

/** Takes the note away at the end. */
export async function forgetRunning(dataDir: string): Promise<void> {
  await rm(fileOf(dataDir), { force: true });
}

/** The coordinator of this data folder, as far as it said; one that was killed leaves its note behind. */
export async function findRunning(dataDir: string): Promise<Running | undefined> {
  try {
    return Running.parse(JSON.parse(await readFile(fileOf(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}
