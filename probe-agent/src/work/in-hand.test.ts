import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrawnArm, DrawnTest } from '@brakelight/shared';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../state/home.js';
import { TestsInHand } from './in-hand.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brakelight-in-hand-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = async () => new TestsInHand((await Home.open(folder)).inHand);
const arm = (name: 'A' | 'B'): DrawnArm => ({
  arm: name,
  direction: 'download',
  url: 'https://platform.example.org/',
  connect: null,
  trust: { kind: 'web' },
  ladder: [96_000],
  ask: 'range',
});
const drawn = (): DrawnTest => ({
  id: ulid(),
  ticket: 't',
  kind: 'platform',
  target: 'platform',
  control: 'control',
  deep: false,
  family: 4,
  arms: [arm('A'), arm('B')],
  drawnAt: '2026-11-01T00:00:00.000Z',
});

describe('tests in hand', () => {
  it('are found by the next process, without those that were done when it was last saved', async () => {
    const tests = [drawn(), drawn(), drawn()];
    const hand = await open();
    await hand.take(tests);
    hand.done(tests[0]?.id ?? '');
    expect(await (await open()).leftOver()).toEqual(tests);
    await hand.save();
    expect(await (await open()).leftOver()).toEqual(tests.slice(1));
  });

  it('are none after a round that ended, and at the beginning', async () => {
    const hand = await open();
    expect(await hand.leftOver()).toEqual([]);
    await hand.take([drawn()]);
    await hand.clear();
    expect(await (await open()).leftOver()).toEqual([]);
  });

  it('that another version wrote keep nobody from measuring', async () => {
    await writeFile(join(folder, 'in-hand.json'), '{"tests":[{"id":1}]}');
    expect(await (await open()).leftOver()).toEqual([]);
  });
});
