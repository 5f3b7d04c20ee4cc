import { describe, expect, it } from 'vitest';
import { PollPlan } from './poll-plan.js';

const NOW = Date.parse('2026-03-10T12:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();

describe('when to ask for work', () => {
  it('is at once where nothing was planned, and as the coordinator says afterwards', () => {
    const plan = new PollPlan(null, NOW);
    expect(plan.at(NOW)).toBeLessThanOrEqual(NOW);
    plan.set(NOW, 60_000);
    expect([plan.at(NOW), plan.at(NOW + 59_000)]).toEqual([NOW + 60_000, NOW + 60_000]);
  });

  it('keeps what the process before had planned, but not a plan of a clock gone wrong', () => {
    expect(new PollPlan(iso(NOW + 30_000), NOW).at(NOW)).toBe(NOW + 30_000);
    for (const kept of [iso(NOW - 1), iso(NOW + 2 * 86_400_000), 'nonsense']) {
      expect(new PollPlan(kept, NOW).at(NOW)).toBeLessThanOrEqual(NOW);
    }
  });

  it('is no further away when the clock is set back', () => {
    const plan = new PollPlan(null, NOW);
    plan.set(NOW, 60_000);
    const past = NOW - 10 * 86_400_000;
    expect(plan.at(past)).toBe(past + 60_000);
    expect(plan.at(past + 1000)).toBe(past + 60_000);
  });
});
