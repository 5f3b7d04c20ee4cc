import type { DrawnTest } from '@brakelight/shared';
import type { Document } from '../state/document.js';
import type { InHand } from '../state/home.js';

/**
 * Tests that were drawn for this probe and have no result yet, kept on disk: a kill -9 or a power cut may cost a
 * measurement, never the account of it. Who is switched off every night would else look like somebody who returns only
 * what suits him.
 */
export class TestsInHand {
  readonly #file: Document<InHand>;
  #tests: readonly DrawnTest[] = [];

  constructor(file: Document<InHand>) {
    this.#file = file;
  }

  /** Those that a process before this one took and may not have accounted for: what is in the spool is. */
  async leftOver(): Promise<readonly DrawnTest[]> {
    // What cannot be read was written by another version: better to lose the account than not to measure.
    const kept = await this.#file.read().catch(() => undefined);
    this.#tests = kept?.tests ?? [];
    return this.#tests;
  }

  /** To be called before the first of them is run. */
  async take(tests: readonly DrawnTest[]): Promise<void> {
    this.#tests = tests;
    await this.save();
  }

  /** Its result is in the spool. */
  done(id: string): void {
    this.#tests = this.#tests.filter((test) => test.id !== id);
  }

  /** To be called before results leave the spool; until then that knows what is done, and flash is spared. */
  async save(): Promise<void> {
    if (this.#tests.length > 0) await this.#file.write({ tests: [...this.#tests] });
    else await this.#file.remove();
  }

  /** Nothing may be kept, or nothing is left to do. */
  async clear(): Promise<void> {
    this.#tests = [];
    await this.#file.remove();
  }
}
