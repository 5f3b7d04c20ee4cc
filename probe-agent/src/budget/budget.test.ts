import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../state/home.js';
import { Budget, mergeLimits, resetsAt } from './budget.js';

let folder: string;
let home: Home;
let now = Date.parse('2026-11-30T23:00:00Z');
const limits = { perTest: 600, perDay: 1_000, perMonth: 1_500 };
const open = () => Budget.open(home.spent, limits, () => now);

beforeEach(async () => {
  now = Date.parse('2026-11-29T23:00:00Z');
  folder = await mkdtemp(join(tmpdir(), 'brakelight-'));
  home = await Home.open(folder);
});
afterEach(() => rm(folder, { recursive: true }));

describe('Budget', () => {
  it('says which limit is in the way', async () => {
    const budget = await open();
    expect(budget.obstacle(601)).toBe('test');
    budget.note(500);
    expect(budget.obstacle(500)).toBeUndefined();
    expect(budget.obstacle(501)).toBe('day');
    now += 86_400_000;
    budget.note(700);
    expect(budget.obstacle(300)).toBeUndefined();
    expect(budget.obstacle(301)).toBe('month');
  });

  it('is spread over the day and the month, with a head start', async () => {
    now = Date.parse('2026-11-16T00:00:00Z');
    const budget = await open();
    expect(budget.left()).toBe(125);
    now += 12 * 3_600_000;
    expect(budget.left()).toBe(625);
    budget.note(600);
    expect(budget.left()).toBe(25);
    now = Date.parse('2026-11-16T23:59:59Z');
    expect(budget.left()).toBe(387);
    now = Date.parse('2026-11-17T23:59:59Z');
    expect(budget.left()).toBe(437);
  });

  it('gives back what a test did not use', async () => {
    const budget = await open();
    const test = await budget.reserve(400);
    expect(budget.used().day).toBe(400);
    test.spend(150);
    expect(test.remaining()).toBe(250);
    await test.settle();
    expect(budget.used()).toEqual({ day: 150, month: 150 });
    expect((await open()).used().day).toBe(150);
  });

  it('counts a test that a crash cut off as whole', async () => {
    const test = await (await open()).reserve(400);
    test.spend(10);
    expect((await open()).used().day).toBe(400);
  });

  it('never shows less than nothing left', async () => {
    const test = await (await open()).reserve(100);
    test.spend(130);
    expect(test.remaining()).toBe(0);
  });

  it('starts anew with the day and the month', async () => {
    const budget = await open();
    budget.note(500);
    now = Date.parse('2026-11-30T00:00:00Z');
    expect(budget.used()).toEqual({ day: 0, month: 500 });
    now = Date.parse('2026-12-01T00:00:00Z');
    expect(budget.used()).toEqual({ day: 0, month: 0 });
  });

  it('is not refilled by setting the clock back', async () => {
    const budget = await open();
    budget.note(900);
    now -= 5 * 86_400_000;
    expect(budget.used()).toEqual({ day: 900, month: 900 });
    now += 86_400_000;
    expect(budget.used().day).toBe(0);
  });

  it('is not refilled by a clock that is set back and forth, over a restart between', async () => {
    const before = await open();
    before.note(900);
    await before.save();
    const rightly = now;
    now = 0;
    const woken = await open();
    woken.note(50);
    await woken.save();
    now = rightly;
    expect((await open()).used()).toEqual({ day: 950, month: 950 });
    now += 86_400_000;
    expect((await open()).used()).toEqual({ day: 0, month: 950 });
  });

  it('is fresh again after a clock that was years ahead', async () => {
    const rightly = now;
    now += 80 * 365 * 86_400_000;
    const budget = await open();
    budget.note(900);
    now = rightly;
    expect(budget.used()).toEqual({ day: 900, month: 900 });
    now = Date.parse('2026-12-01T00:00:00Z');
    expect(budget.used()).toEqual({ day: 0, month: 0 });
  });
});

it('mergeLimits lets the later layer win where it says something', () => {
  expect(mergeLimits({ perDay: 1 }, undefined, { perDay: 2, perMonth: undefined })).toEqual({
    perTest: 10_000_000,
    perDay: 2,
    perMonth: 1_000_000_000,
  });
});

it('resetsAt names the next day and month, over the end of the year', () => {
  const at = Date.parse('2026-12-31T12:00:00Z');
  expect(resetsAt('day', at)).toBe('2027-01-01T00:00:00.000Z');
  expect(resetsAt('month', at)).toBe('2027-01-01T00:00:00.000Z');
});
