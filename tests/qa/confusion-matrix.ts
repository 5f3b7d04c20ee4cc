import { DEFAULT_PARAMETERS } from '@brakelight/coordinator/detection/parameters';
import { median } from './median.js';
import type { QaRow } from './row.js';
import type { RowResult } from './run-row.js';
import { NULL_ROWS } from './table.js';

/** Least share of right runs, of all rows together and of each. */
const POOLED_SHARE = 0.95;
const ROW_SHARE = 0.8;
/** An e-value of so much, on at most one in so many null runs. */
const LOUD_E_VALUE = 20;

/** What of a run is counted. */
export type CountedRun = Pick<RowResult, 'gains' | 'controlRateBps' | 'aborted' | 'faults'> & {
  /** What the platform test was called. */
  readonly test: string;
};

export interface ConfusionSummary {
  readonly rows: readonly {
    readonly name: string;
    readonly runs: number;
    readonly right: number;
    /** How often the platform test was called what. */
    readonly outcomes: Readonly<Record<string, number>>;
  }[];
  readonly pooled: { readonly runs: number; readonly right: number };
  /** Swap channel on the rows on which nothing discriminates by name. */
  readonly nullRuns: { readonly runs: number; readonly loud: number; readonly eValues: readonly number[] };
  /** Median rate of arm B by row, bits per second. */
  readonly controlRateBps: Readonly<Record<string, number | null>>;
  /** Tests that the probe gave up for troubles of its own, and drew again. */
  readonly aborted: number;
  /** Every fault, as often as it was seen. */
  readonly faults: Readonly<Record<string, number>>;
}

/**
 * E-value of swap pairs: the product of the bets L = 1 + lambda g, averaged over lambda outside the product (method
 * section 4). Its mean is at most 1 where the name makes no difference.
 * @param gains g of each pair, in [-1, 1]
 */
export function swapEValue(gains: readonly number[]): number {
  const { swapLambdas } = DEFAULT_PARAMETERS;
  const products = swapLambdas.map((lambda) => gains.reduce((product, g) => product * (1 + lambda * g), 1));
  return products.reduce((sum, product) => sum + product, 0) / products.length;
}

/** Counts what came out of the rows' runs. */
export class Confusion {
  readonly #results: ReadonlyMap<QaRow, CountedRun[]>;

  constructor(rows: readonly QaRow[]) {
    this.#results = new Map(rows.map((row) => [row, []]));
  }

  add(row: QaRow, result: CountedRun): void {
    this.#results.get(row)?.push(result);
  }

  summary(): ConfusionSummary {
    const all = [...this.#results.values()].flat();
    const eValues = [...this.#results]
      .filter(([row]) => NULL_ROWS.has(row))
      .flatMap(([, results]) => results.map(({ gains }) => swapEValue(gains)));
    return {
      rows: [...this.#results].map(([{ name }, results]) => ({
        name,
        runs: results.length,
        right: results.filter(isRight).length,
        outcomes: counts(results.map(({ test }) => test)),
      })),
      pooled: { runs: all.length, right: all.filter(isRight).length },
      nullRuns: {
        runs: eValues.length,
        loud: eValues.filter((e) => e >= LOUD_E_VALUE).length,
        eValues: eValues.map((e) => Math.round(e * 100) / 100),
      },
      controlRateBps: Object.fromEntries(
        [...this.#results].map(([{ name }, results]) => [
          name,
          median(results.map((result) => result.controlRateBps).filter((rate) => rate !== null)),
        ]),
      ),
      aborted: all.reduce((sum, { aborted }) => sum + aborted, 0),
      faults: counts(
        [...this.#results].flatMap(([{ name }, results]) =>
          results.flatMap(({ faults }) => faults.map((fault) => `${name}: ${fault}`)),
        ),
      ),
    };
  }

  /** Is the probe right as often as it must be, and the swap channel as silent? */
  holds(): boolean {
    const { rows, pooled, nullRuns } = this.summary();
    return (
      pooled.right >= POOLED_SHARE * pooled.runs &&
      rows.every(({ right, runs }) => right >= ROW_SHARE * runs) &&
      nullRuns.loud <= Math.max(1, nullRuns.runs / LOUD_E_VALUE)
    );
  }

  /** The matrix for people: a line for each row, a column for each thing that a test was called. */
  table(): string {
    const { rows, pooled, nullRuns, controlRateBps, aborted, faults } = this.summary();
    const outcomes = [...new Set(rows.flatMap((row) => Object.keys(row.outcomes)))].sort();
    const lines = [
      ['', 'right', 'control Mbit/s', ...outcomes],
      ...rows.map((row) => [
        row.name,
        `${row.right}/${row.runs}`,
        ((controlRateBps[row.name] ?? 0) / 1e6).toFixed(1),
        ...outcomes.map((outcome) => String(row.outcomes[outcome] ?? '.')),
      ]),
    ];
    const widths = lines[0]?.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0))) ?? [];
    const pad = (cell: string, i: number) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
    return [
      ...lines.map((line) => line.map(pad).join('  ')),
      '',
      `right: ${pooled.right} of ${pooled.runs} runs`,
      `swap channel on null rows: e-value of ${LOUD_E_VALUE} or more in ${nullRuns.loud} of ${nullRuns.runs} runs`,
      `given up by the probe itself and drawn again: ${aborted} tests`,
      ...Object.entries(faults).map(([fault, times]) => `${times} x ${fault}`),
    ].join('\n');
  }
}

function isRight({ faults }: CountedRun): boolean {
  return faults.length === 0;
}

function counts(names: readonly string[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const name of names) counted[name] = (counted[name] ?? 0) + 1;
  return counted;
}
