import type { z } from 'zod';
import { readIfThere, removeIfThere, writeAtomic } from './atomic-file.js';

/** A document of the state directory is not what this version writes. */
export class DamagedState extends Error {
  constructor(path: string, why: string) {
    super(`${path} is damaged (${why}); move it away or repair it`);
    this.name = 'DamagedState';
  }
}

/** One JSON document on disk, parsed on every read: it may have been edited, or written by another version. */
export class Document<T> {
  readonly path: string;
  readonly #schema: z.ZodType<T>;

  readonly #sync: boolean;

  /** @param sync `false` where the last write may be lost in a power cut */
  constructor(path: string, schema: z.ZodType<T>, sync = true) {
    this.path = path;
    this.#schema = schema;
    this.#sync = sync;
  }

  /** `undefined` where there is none. @throws DamagedState */
  async read(): Promise<T | undefined> {
    const text = await readIfThere(this.path);
    if (text === undefined) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new DamagedState(this.path, 'not JSON');
    }
    const parsed = this.#schema.safeParse(value);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new DamagedState(this.path, `${issue?.path.join('.') || 'document'}: ${issue?.message}`);
    }
    return parsed.data;
  }

  /** Replaces it as a whole. */
  async write(value: T): Promise<void> {
    await writeAtomic(this.path, `${JSON.stringify(value, null, 2)}\n`, this.#sync);
  }

  /** Deletes it; says whether there was one. */
  remove(): Promise<boolean> {
    return removeIfThere(this.path);
  }
}
