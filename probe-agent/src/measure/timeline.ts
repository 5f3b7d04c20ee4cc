import { type CurvePoint, KB, rateBps } from '@brakelight/shared';

/** Points nearer than this in time are one; the next distance is drawn at random up to {@link FARTHEST_MS}. */
const NEAREST_MS = 100;
const FARTHEST_MS = 250;
/** Most points of a curve on the wire. */
const MAX_POINTS = 400;
/** Crossings that are kept whatever their distance: an open line has passed them all in 0.2 s. */
const MARKS = [8, 16, 32, 48, 64, 80, 96, 128, 192, 256, 384, 512, 768, 1000, 2000].map((kb) => kb * KB);
/** Reads within the same instant are one: nothing finer is in the clock. */
const SAME_MS = 0.1;

/** Cumulative bytes over time of one transfer, both counted from its request. */
export class Timeline {
  readonly #samples: [number, number][] = [[0, 0]];

  /** Milliseconds and bytes since the request; what does not grow is not kept. */
  add(ms: number, bytes: number): void {
    const last = this.#last;
    if (bytes <= last[1] || ms < last[0]) return;
    if (ms - last[0] < SAME_MS && this.#samples.length > 1) last[1] = bytes;
    else this.#samples.push([ms, bytes]);
  }

  get #last(): [number, number] {
    return this.#samples[this.#samples.length - 1] as [number, number];
  }

  get bytes(): number {
    return this.#last[1];
  }

  /** When the last byte came; 0 (the request) before the first. */
  get lastMs(): number {
    return this.#last[0];
  }

  /** When the transfer had this many bytes, linear between samples; `null` where it never had. */
  timeAt(bytes: number): number | null {
    if (bytes > this.bytes) return null;
    let previous: readonly [number, number] = [0, 0];
    for (const sample of this.#samples) {
      if (sample[1] >= bytes) {
        const share = sample[1] === previous[1] ? 1 : (bytes - previous[1]) / (sample[1] - previous[1]);
        return previous[0] + share * (sample[0] - previous[0]);
      }
      previous = sample;
    }
    return null;
  }

  /** Bytes at a moment, as they were counted then. */
  bytesAt(ms: number): number {
    let low = 0;
    let high = this.#samples.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#samples[middle]?.[0] ?? 0) <= ms) low = middle;
      else high = middle - 1;
    }
    return this.#samples[low]?.[1] ?? 0;
  }

  /** Rate over the `windowMs` before a moment, or since the request where that is shorter; bits per second. */
  rateBefore(ms: number, windowMs: number): number {
    const from = Math.max(0, ms - windowMs);
    // An upload may be with the far end in the instant in which that reads its head.
    const before = from === 0 ? 0 : this.bytesAt(from);
    return rateBps(this.bytesAt(ms) - before, Math.max(ms - from, SAME_MS));
  }

  /**
   * The curve as it goes on the wire: a point every 100 to 250 ms at random distances, so that no bin of the far end
   * or of a censor lines up with ours, and the crossings of a few volumes.
   * @param endMs when the transfer ended; waiting in vain is part of it
   * @param random uniform in [0, 1)
   */
  curve(endMs: number, random: () => number): CurvePoint[] {
    const points: CurvePoint[] = [];
    let dueMs = 0;
    let mark = 0;
    const last = this.#samples.length - 1;
    for (const [i, [ms, bytes]] of this.#samples.entries()) {
      let marked = false;
      while ((MARKS[mark] ?? Infinity) <= bytes) {
        mark += 1;
        marked = true;
      }
      const due = ms >= dueMs;
      if (!due && !marked && i !== last) continue;
      points.push([round(ms), bytes]);
      if (due) dueMs = ms + NEAREST_MS + random() * (FARTHEST_MS - NEAREST_MS);
    }
    if (endMs - this.lastMs >= NEAREST_MS) points.push([round(endMs), this.bytes]);
    return points.length <= MAX_POINTS ? points : thin(points);
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function thin(points: CurvePoint[]): CurvePoint[] {
  const step = Math.ceil(points.length / (MAX_POINTS - 1));
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}
