import { describe, expect, it } from 'vitest';
import { troubleBetween } from './own-trouble.js';

const start = { wall: 1_000_000, monotonic: 5_000, uptime: 90_000 };
const after = (wall: number, monotonic: number, uptime: number) => ({
  wall: start.wall + wall,
  monotonic: start.monotonic + monotonic,
  uptime: start.uptime + uptime,
});

describe('troubleBetween', () => {
  it.each([
    ['all clocks agree', after(50, 50, 50), null],
    ['a late tick', after(299, 299, 299), null],
    ['a tick later than 250 ms', after(310, 310, 310), 'event-loop'],
    ['the wall clock was set forward', after(60_050, 50, 50), 'clock-jump'],
    ['the wall clock was set back', after(-3_600_000, 50, 50), 'clock-jump'],
    ['the clock is slewed', after(90, 50, 50), null],
    ['a lid was closed, monotonic time stood still', after(3_600_050, 50, 3_600_050), 'suspended'],
    ['a lid was closed, monotonic time went on', after(3_600_050, 3_600_050, 3_600_050), 'suspended'],
  ])('%s', (_name, reading, expected) => expect(troubleBetween(start, reading, 50)).toBe(expected));
});
