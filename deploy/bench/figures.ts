/** The parts of the benchmark, in the order in which they run. */
export const PARTS = ['rate', 'goodput', 'bytes', 'memory', 'verdict'] as const;
export type PartName = (typeof PARTS)[number];

/** What a figure may be; both ends are allowed. */
export interface Bound {
  readonly min?: number;
  readonly max?: number;
}

/** One measured figure. */
export interface Figure {
  readonly part: PartName;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** `null`: shown beside the others, nothing is asked of it. */
  readonly bound: Bound | null;
  /** Whether the bound held; `null` where there is none. */
  readonly held: boolean | null;
  /** What the value was taken from. */
  readonly samples: readonly number[];
}

/** Makes a figure of samples. @param value what stands for them, a median say */
export function figure(
  part: PartName,
  name: string,
  value: number,
  unit: string,
  bound: Bound | null,
  samples: readonly number[] = [value],
): Figure {
  const held =
    bound &&
    value >= (bound.min ?? Number.NEGATIVE_INFINITY) &&
    value <= (bound.max ?? Number.POSITIVE_INFINITY);
  return { part, name, value: rounded(value), unit, bound, held, samples: samples.map(rounded) };
}

/** The middle of them; NaN of none, which holds no bound. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? half - 1 : half], sorted[half]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** Four significant digits: more is noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
