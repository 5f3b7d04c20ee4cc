import type { ScenarioResult } from './run.js';
export function delayPlot(_results: readonly ScenarioResult[]): string {
  return '';
}
