import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of random numbers; the same key gives the same stream, whatever else is drawn elsewhere. */
export class Random {
  readonly #generator;
  #spare: number | null = null;

  /** @param key names of what the stream is for, the run's seed first */
  constructor(...key: readonly (string | number)[]) {
    this.#generator = xoroshiro128plus(hash(key.join('/')));
  }

  /** Uniform in [from, to). */
  uniform(from = 0, to = 1): number {
    return from + (to - from) * uniformFloat64(this.#generator);
  }

  chance(probability: number): boolean {
    return uniformFloat64(this.#generator) < probability;
  }

  /** Standard normal (Marsaglia's polar method). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const u = this.uniform(-1, 1);
      const v = this.uniform(-1, 1);
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spare = v * scale;
      return u * scale;
    }
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - uniformFloat64(this.#generator));
  }

  /** The same things in random order (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const order = [...items];
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(this.uniform(0, i + 1));
      [order[i], order[j]] = [order[j] as T, order[i] as T];
    }
    return order;
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return value | 0;
}
