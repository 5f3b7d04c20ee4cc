import { describe, expect, it } from 'vitest';
import { addTally, alarmsOf, count, emptyTally, scoreOf } from './score.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SCORED = { from: 0, until: 20 * DAY };
const EVENT = { onset: 5 * DAY, end: 8 * DAY };

function scored(signals: number[], events = [EVENT]) {
  const tally = emptyTally();
  count(tally, alarmsOf(signals), events, SCORED);
  return tally;
}

describe('score', () => {
  it('joins signals less than a day apart to one alarm', () => {
    expect(alarmsOf([0, 23 * HOUR, 46 * HOUR, 70 * HOUR]).alarms).toEqual([0, 70 * HOUR]);
  });

  it('counts what comes in quiet time as false, and what comes in an event as found', () => {
    const score = scoreOf(scored([2 * DAY, EVENT.onset + 3 * HOUR, EVENT.end + 12 * HOUR, 15 * DAY]));
    expect(score).toMatchObject({ falseAlarms: 2, events: 1, found: 1, misses: 0, cellDays: 16 });
    expect(score.falseAlarmsPer1000CellDays).toBe(125);
    expect(score.delayHours).toEqual({ median: 3, p90: 3 });
  });

  it('finds an event with an alarm that was already standing, and does not find one with an alarm after its end', () => {
    const standing = Array.from({ length: 12 }, (_, i) => EVENT.onset - 6 * HOUR + i * HOUR);
    expect(scoreOf(scored(standing))).toMatchObject({ falseAlarms: 1, found: 1 });
    expect(scoreOf(scored([EVENT.end + HOUR]))).toMatchObject({ falseAlarms: 0, found: 0, misses: 1 });
  });

  it('adds up, in whatever parts it was counted', () => {
    const sum = emptyTally();
    const parts = [scored([DAY]), scored([EVENT.onset + HOUR]), scored([], [])];
    for (const part of parts) addTally(sum, part);
    expect(scoreOf(sum)).toMatchObject({ falseAlarms: 1, events: 2, found: 1, cellDays: 16 + 16 + 20 });
  });
});
