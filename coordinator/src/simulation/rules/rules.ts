import { CUSUM, EWMA, FIXED_MEDIAN } from './charts.js';
import type { RuleSetting } from './rule.js';
import { TWO_HUNDRED_SIX_HUNDRED, WEHE } from './single-test.js';

/** The rules that people use today and that look at one cell; Wilcoxon with BH looks at all cells at once. */
export const CELL_RULES: readonly RuleSetting[] = [
  ...TWO_HUNDRED_SIX_HUNDRED,
  ...WEHE,
  ...FIXED_MEDIAN,
  ...EWMA,
  ...CUSUM,
];
