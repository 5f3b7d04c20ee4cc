import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TestResult } from '@brakelight/shared';
import { codeOf, removeIfThere, syncFolder, UNFINISHED, writeAtomic } from '../state/atomic-file.js';

/** One result that waits for its coordinator to say that it is stored. */
export interface SpoolEntry {
  readonly id: string;
  readonly target: string;
  readonly measuredAt: string;
  readonly bytes: number;
}

/** An entry that could not be kept, and why. */
export interface Damaged {
  readonly id: string;
  readonly reason: string;
}

const NAME = /^([0-7][0-9A-HJKMNP-TV-Z]{25})\.json$/;

/**
 * Results on disk, one file each, named by their id: a result is there as a whole or not at all, whenever the power
 * goes. When it is full nothing old is thrown away; the agent stops measuring instead, because the results of the
 * days in which a coordinator cannot be reached are the ones that matter.
 */
export class Spool {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #entries = new Map<string, SpoolEntry>();

  private constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** Opens it: sweeps what a crash left half written, reports (and removes) what cannot be read. */
  static async open(folder: string, maxBytes: number): Promise<{ spool: Spool; damaged: Damaged[] }> {
    const spool = new Spool(folder, maxBytes);
    const damaged: Damaged[] = [];
    for (const name of (await readdir(folder)).sort()) {
      const id = NAME.exec(name)?.[1];
      if (name.endsWith(UNFINISHED)) await removeIfThere(join(folder, name));
      if (!id) continue;
      const text = await readFile(join(folder, name), 'utf8');
      const result = parseResult(text, id);
      if (result) spool.#entries.set(id, entryOf(result, text));
      else {
        damaged.push({ id, reason: 'the file on disk is damaged' });
        await removeIfThere(join(folder, name));
      }
    }
    return { spool, damaged };
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.#entries.values()) sum += bytes;
    return sum;
  }

  /** No room for another test's result. */
  get full(): boolean {
    return this.bytes >= this.#maxBytes;
  }

  /** Oldest first. */
  entries(): SpoolEntry[] {
    return [...this.#entries.values()].sort((a, b) => a.measuredAt.localeCompare(b.measuredAt));
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Durable when the promise resolves. The same id twice is one entry: the first. */
  async add(result: TestResult): Promise<void> {
    if (this.#entries.has(result.id)) return;
    const text = JSON.stringify(result);
    await writeAtomic(this.#path(result.id), text);
    this.#entries.set(result.id, entryOf(result, text));
  }

  /** The result as it was written; `undefined` where it is gone. */
  async read(id: string): Promise<TestResult | undefined> {
    try {
      return parseResult(await readFile(this.#path(id), 'utf8'), id);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Only for what the coordinator has stored, or will never take. */
  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await removeIfThere(this.#path(id));
      this.#entries.delete(id);
    }
    if (ids.length > 0) await syncFolder(this.#folder);
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}

/** Number and bytes of the results in a spool folder, without reading them. */
export async function spoolSize(folder: string): Promise<{ results: number; bytes: number }> {
  let bytes = 0;
  let results = 0;
  for (const name of await readdir(folder)) {
    if (!NAME.test(name)) continue;
    const file = await stat(join(folder, name)).catch(() => undefined);
    if (!file) continue;
    results += 1;
    bytes += file.size;
  }
  return { results, bytes };
}

function parseResult(text: string, id: string): TestResult | undefined {
  try {
    const parsed = TestResult.safeParse(JSON.parse(text));
    return parsed.success && parsed.data.id === id ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function entryOf(result: TestResult, text: string): SpoolEntry {
  return {
    id: result.id,
    target: result.target,
    measuredAt: result.measuredAt,
    bytes: Buffer.byteLength(text),
  };
}

/** Deletes every result of a spool folder. */
export async function wipeSpool(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await removeIfThere(join(folder, name));
  await syncFolder(folder);
}
