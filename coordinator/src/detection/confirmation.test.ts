import { describe, expect, it } from 'vitest';
import { Random } from '../simulation/random.js';
import { Confirmation } from './confirmation.js';
import { DEFAULT_PARAMETERS } from './parameters.js';

const LOG_20 = Math.log(20);

/** After each of some rounds, in which every group runs a pair, ln of the e-value. */
function rounds(
  groups: number,
  count: number,
  gain: (group: number) => number,
  cellGroups = groups,
): number[] {
  const confirmation = new Confirmation(100, DEFAULT_PARAMETERS);
  return Array.from({ length: count }, (_, round) => {
    for (let group = 0; group < groups; group++)
      confirmation.add(group, { period: 100 + round, gain: gain(group) });
    return confirmation.logE(cellGroups);
  });
}

describe('what swap pairs say after suspicion arose', () => {
  it('is nothing without a pair', () => {
    expect(new Confirmation(100, DEFAULT_PARAMETERS).logE(5)).toBe(0);
  });

  it('confirms a name that is always slower in a few rounds', () => {
    expect(rounds(5, 2, () => 1)[1]).toBeGreaterThan(LOG_20);
  });

  it('ever confirms where only a coin is tossed in one case of twenty at most', () => {
    const RUNS = 400;
    const confirmed = Array.from({ length: RUNS }, (_, run) => {
      const random = new Random(run, 'coin');
      return Math.max(...rounds(5, 20, () => (random.chance(0.5) ? 1 : -1))) >= LOG_20;
    });
    expect(confirmed.filter(Boolean).length / RUNS).toBeLessThanOrEqual(0.05);
  });

  it('does not hang on f groups of the whole cell, though they alone run pairs', () => {
    const [one, two] = [1, 2].map((liars) => rounds(4, 20, (group) => (group < liars ? 1 : 0)).at(-1) ?? 0);
    expect(one).toBeLessThanOrEqual(0);
    expect(two).toBeGreaterThan(LOG_20);
    // f is 2 of eight.
    expect(rounds(4, 20, (group) => (group < 2 ? 1 : 0), 8).at(-1)).toBeLessThanOrEqual(0);
    expect(rounds(1, 20, () => 1).at(-1)).toBeLessThanOrEqual(0);
  });
});
