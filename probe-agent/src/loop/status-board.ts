import type { ContactError } from '../coordinator/errors.js';
import type { Document } from '../state/document.js';
import type { Activity } from '../state/home.js';

const BLANK: Activity = {
  measuring: null,
  nextPollAt: null,
  lastContactAt: null,
  failure: null,
  lastStored: null,
  stored: 0,
  dropped: 0,
  lastDropped: null,
};

/** What the running agent is doing, kept on disk so that `status` can tell it from another process. */
export class StatusBoard {
  readonly #file: Document<Activity>;
  #activity: Activity;

  private constructor(file: Document<Activity>, activity: Activity) {
    this.#file = file;
    this.#activity = activity;
  }

  /** Opens it for a new run: what was stored is remembered, an old failure is not. */
  static async open(file: Document<Activity>): Promise<StatusBoard> {
    // It is a note, not a record: a damaged one is begun anew.
    const old = await file.read().catch(() => undefined);
    return new StatusBoard(file, { ...BLANK, ...old, measuring: null, failure: null });
  }

  get current(): Activity {
    return this.#activity;
  }

  async set(change: Partial<Activity>): Promise<void> {
    this.#activity = { ...this.#activity, ...change };
    await this.#file.write(this.#activity);
  }

  /** The coordinator answered as it should. */
  async contact(at: string): Promise<void> {
    await this.set({ lastContactAt: at, failure: null });
  }

  async failed(error: ContactError, at: string, retryAt: string): Promise<void> {
    const since = this.#activity.failure?.since ?? at;
    await this.set({ failure: { kind: error.kind, since, detail: error.message, retryAt } });
  }
}
