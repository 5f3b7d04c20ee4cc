interface Waiting<T> {
  readonly items: readonly T[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface BatcherOptions<T> {
  /** Writes all items or throws. Called one after the other, never twice at once. */
  readonly write: (items: readonly T[]) => Promise<void>;
  /** A write takes at most about this many items. */
  readonly maxItems: number;
  /** How long the first of a batch waits for others; while a write runs they gather anyway. */
  readonly lingerMs: number;
}

/** Gathers what many callers want written into few writes. Each caller hears of its own items only. */
export class Batcher<T> {
  readonly #options: BatcherOptions<T>;
  #waiting: Waiting<T>[] = [];
  #running = false;

  constructor(options: BatcherOptions<T>) {
    this.#options = options;
  }

  /** Resolves once these items are written; rejects when they, alone, cannot be. */
  add(items: readonly T[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    await new Promise((resolve) => setTimeout(resolve, this.#options.lingerMs));
    while (this.#waiting.length > 0) await this.#write(this.#next());
    this.#running = false;
  }

  #next(): Waiting<T>[] {
    let size = 0;
    let n = 0;
    while (n < this.#waiting.length && (n === 0 || size < this.#options.maxItems))
      size += this.#waiting[n++]?.items.length ?? 0;
    return this.#waiting.splice(0, n);
  }

  /** One bad group must not fail its neighbours: a batch that cannot be written is written group by group. */
  async #write(groups: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.#options.write(groups.flatMap((group) => group.items));
      for (const group of groups) group.resolve();
    } catch (error) {
      if (groups.length === 1) groups[0]?.reject(error);
      else for (const group of groups) await this.#write([group]);
    }
  }
}
