import type { Incident } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { history } from './history.js';
import { judgeTarget } from './judge-target.js';
import { DEFAULT_PARAMETERS } from './parameters.js';
import type { Unit } from './types.js';

const DAY = 86_400_000;
const START = Date.parse('2021-03-01T00:00:00.000Z') / DAY;
const PARAMETERS = { ...DEFAULT_PARAMETERS, periodMs: DAY, threshold: 1e4 };

/** Four countries of one ASN of four probes, one unit a day each; France is slow in the given days. */
function world(days: number, ...spells: readonly (readonly [number, number])[]): Unit[] {
  return Array.from({ length: days * 16 }, (_, i): Unit => {
    const [day, probe] = [Math.floor(i / 16), i % 16];
    const slow = probe < 4 ? spells.some(([from, to]) => day >= from && day < to) : i % 23 === 0;
    return {
      id: `${day}-${String(probe).padStart(2, '0')}`,
      measuredAt: (START + day) * DAY + probe * 1000,
      period: START + day,
      country: ['FR', 'DE', 'IT', 'PL'][probe >> 2] as string,
      asn: 64_496 + (probe >> 2),
      subnet: `subnet ${probe}`,
      owner: `owner ${probe}`,
      slow,
      stalled: false,
      blocked: false,
      targetRateBps: slow ? 140_000 : 9_000_000,
      controlRateBps: 10_000_000,
      tests: 1,
    };
  });
}

/** What an import of these units tells of France, after what was told before. */
function told(units: readonly Unit[], previous: readonly Incident[] = []) {
  const at = units.at(-1)?.measuredAt ?? 0;
  const verdicts = judgeTarget(units, [], PARAMETERS, at, START).filter(({ country }) => country === 'FR');
  const [whole] = verdicts.filter(({ asn }) => asn === null);
  if (whole === undefined) throw new Error('nobody measured in FR');
  const asns = verdicts.filter(({ asn }) => asn !== null);
  const context = { source: '4ndv', target: 'twitter', historical: true, at, parameters: PARAMETERS };
  const found = history(previous, whole, asns, context);
  return {
    incidents: found.flatMap(({ incident }) => incident ?? []),
    events: found.flatMap(({ events }) => events.map(({ type, reason }) => `${type}: ${reason}`)),
  };
}
const day = (instant: string | null) => Date.parse(instant ?? '') / DAY - START;

describe('what an import tells of a country', () => {
  const units = world(90, [10, 25], [60, 90]);

  it('is every episode, each of them over: the last one where the data end', () => {
    const { incidents, events } = told(units);
    expect(incidents).toMatchObject([
      { status: 'resolved', resolvedReason: 'lifted', historical: true },
      { status: 'resolved', resolvedReason: 'unobserved', historical: true },
    ]);
    expect(incidents.map(({ onsetAt }) => day(onsetAt))).toEqual([10, 60]);
    expect(day(incidents[0]?.resolvedAt ?? null)).toBeGreaterThanOrEqual(25);
    expect(day(incidents[0]?.resolvedAt ?? null)).toBeLessThan(40);
    expect(Math.floor(day(incidents[1]?.resolvedAt ?? null))).toBe(89);
    expect(new Set(incidents.map(({ id }) => id)).size).toBe(2);
    expect(incidents[0]?.summary).toMatch(/^twitter was slow in FR/);
    expect(events.map((event) => event.split(':')[0])).toEqual([
      'detected',
      'resolved',
      'detected',
      'resolved',
    ]);
    expect(events[3]).toBe('resolved: The data end here; what came after is not in them.');
  });

  it('says of each episode what its own units show, in each network', () => {
    const [first] = told(units).incidents;
    expect(first?.statistics).toMatchObject({ subnets: 4, asns: 1, rate: { medianBps: 140_000 } });
    expect(first?.statistics.units).toBeLessThan(100);
    expect(first?.asns).toMatchObject([{ asn: 64_496, state: 'throttled', rateBps: 140_000 }]);
    expect(Math.abs(day(first?.asns[0]?.onsetAt ?? null) - 10)).toBeLessThanOrEqual(1);
  });

  it('is told once, however often it is imported', () => {
    const { incidents } = told(units);
    expect(told(units, incidents)).toEqual({ incidents, events: [] });
  });

  it('keeps its ids when more of it is imported, and goes on where the data had ended', () => {
    const before = told(units.filter(({ period }) => period < START + 70)).incidents;
    const after = told(units, before);
    expect(after.incidents.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(after.events).toEqual(['resolved: The data end here; what came after is not in them.']);
  });

  it('withdraws what more rows no longer show, once', () => {
    const { incidents } = told(units);
    const normal = world(90, [60, 90]);
    const after = told(normal, incidents);
    expect(after.incidents.map(({ resolvedReason }) => resolvedReason)).toEqual(['unobserved', 'withdrawn']);
    expect(after.events).toHaveLength(1);
    expect(told(normal, after.incidents).events).toEqual([]);
  });
});
