import type { DrawnTest, TestResult } from '@brakelight/shared';
import type { ByteBudget } from '../budget/budget.js';

/** Runs one test. Charges the budget on every read and write; ends early, as `aborted`, when the signal says so. */
export type Measure = (
  test: DrawnTest,
  run: { readonly budget: ByteBudget; readonly signal: AbortSignal },
) => Promise<TestResult>;
