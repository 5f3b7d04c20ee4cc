import type { ArmObservation, DrawnTest, TestKind } from '@brakelight/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { startTestCoordinator, type TestCoordinator } from './test-coordinator.js';
import { resultOf, TestProbe } from './test-probe.js';

const measurementServer = {
  endpoints: [{ address: '127.0.0.1', port: 8443 }],
  pins: [`${'A'.repeat(43)}=`],
};

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startTestCoordinator({ SWAP_OFF_COUNTRIES: 'NL' }, { measurementServer });
});
afterAll(() => coordinator.close());

/** Kinds that are drawn for a probe that asks for both from this address. */
async function drawn(consented: TestKind[], localAddress: string): Promise<string[]> {
  const probe = await TestProbe.enrolled(coordinator, consented);
  const { tests } = await probe.work(['platform', 'swap'], 100_000_000, { localAddress });
  return [...new Set(tests.map((test) => test.kind))].sort();
}

/**
 * Tests drawn for a probe that reaches the Internet in these families. What is due, and how much was drawn, is forgotten
 * each time: not returning most of it must not put the probe on probation.
 */
async function draw(probe: TestProbe, families: (4 | 6)[], rounds: number): Promise<DrawnTest[]> {
  const tests: DrawnTest[] = [];
  for (let i = 0; i < rounds; i++) {
    const { redis, prefix } = coordinator;
    await redis.del(`${prefix}:due:${probe.id}`, `${prefix}:counters:${probe.id}`);
    tests.push(...(await probe.work(['platform', 'swap'], 100_000_000, { families })).tests);
  }
  return tests;
}

const isUpload = ({ arms }: DrawnTest) => arms.every(({ direction }) => direction === 'upload');
const isDownload = ({ arms }: DrawnTest) => arms.every(({ direction }) => direction === 'download');

/** Sends results and waits until their rows are stored; in the order of the results. */
async function rowsOf(probe: TestProbe, results: readonly ReturnType<typeof resultOf>[]) {
  await probe.accepted(results);
  const ids = results.map(({ id }) => id);
  await until('the rows are stored', async () =>
    [...(await probe.states(ids)).values()].every((state) => state === 'stored'),
  );
  const { data } = await coordinator.store.measurements.list({}, { limit: 500 });
  return ids.map((id) => data.find((row) => row.id === id));
}

describe('swap pairs', () => {
  it('are drawn with a consent of their own only', async () => {
    expect(await drawn(['platform', 'swap'], '127.0.0.1')).toEqual(['platform', 'swap']);
    expect(await drawn(['platform'], '127.0.0.1')).toEqual(['platform']);
  });

  it('are not drawn in a country that is switched off, nor where the country is not known', async () => {
    expect(await drawn(['platform', 'swap'], '127.7.0.1')).toEqual(['platform']);
    expect(await drawn(['platform', 'swap'], '127.9.0.1')).toEqual(['platform']);
  });

  it('are uploads now and then, both arms or none; platform tests never are', async () => {
    const probe = await TestProbe.enrolled(coordinator, ['platform', 'swap']);
    const tests = await draw(probe, [4], 60);
    const swaps = tests.filter(({ kind }) => kind === 'swap');
    expect(swaps).toHaveLength(120);
    const uploads = swaps.filter(isUpload);
    expect(swaps.filter(isDownload)).toHaveLength(120 - uploads.length);
    // One in four, give or take five standard deviations.
    expect(uploads.length).toBeGreaterThan(6);
    expect(uploads.length).toBeLessThan(54);
    for (const { arms } of uploads) for (const { url } of arms) expect(new URL(url).pathname).toBe('/v1/up');
    expect(tests.filter(({ kind }) => kind === 'platform').every(isDownload)).toBe(true);
  });
});

describe('an upload pair', () => {
  it('is stored as one, heard in the swap channel, and is no unit', async () => {
    const probe = await TestProbe.enrolled(coordinator, ['platform', 'swap']);
    const tests = (await draw(probe, [4], 40)).filter(({ kind }) => kind === 'swap');
    const up = tests.find(isUpload) as DrawnTest;
    const down = tests.find((test) => isDownload(test) && test.target === up.target) as DrawnTest;
    const rows = await rowsOf(probe, [resultOf(up, {}, 140_000), resultOf(down, {}, 140_000)]);
    expect(rows).toMatchObject([
      { direction: 'upload', family: 4, class: null, invalidReason: null, gain: 1 },
      { direction: 'download', class: null, invalidReason: null, gain: 1 },
    ]);
    const window = {
      source: 'network',
      target: up.target,
      since: Date.now() - 3_600_000,
      until: Date.now() + 3_600_000,
      periodMs: 1_800_000,
    };
    const pairs = await coordinator.store.units.swapPairs(window);
    expect(pairs.find(({ id }) => id === up.id)).toMatchObject({ direction: 'upload', gain: 1 });
    expect(pairs.find(({ id }) => id === down.id)).toMatchObject({ direction: 'download' });
    const units = await coordinator.store.units.units(window);
    expect(units.map(({ id }) => id)).not.toContain(up.id);
  });
});

describe('a result that is not as it was drawn', () => {
  it('in direction or family is kept, marked and never counted', async () => {
    const probe = await TestProbe.enrolled(coordinator, ['platform', 'swap']);
    const tests = await draw(probe, [4], 40);
    const swaps = tests.filter(({ kind }) => kind === 'swap');
    const platform = tests.filter(({ kind }) => kind === 'platform');
    const twisted = (test: DrawnTest, twist: Partial<ArmObservation>, which = [0, 1]) => {
      const result = resultOf(test, {}, 140_000);
      return {
        ...result,
        arms: result.arms.map((arm, i) => (which.includes(i) ? { ...arm, ...twist } : arm)),
      };
    };
    const rows = await rowsOf(probe, [
      twisted(swaps.find(isUpload) as DrawnTest, { direction: 'download' }),
      twisted(swaps.find(isDownload) as DrawnTest, { direction: 'upload' }),
      twisted(platform[0] as DrawnTest, { direction: 'upload' }),
      twisted(platform[1] as DrawnTest, { family: 6 }),
      twisted(platform[2] as DrawnTest, { family: 6 }, [1]),
      resultOf(platform[3] as DrawnTest, {}, 140_000),
    ]);
    expect(rows.map((row) => [row?.invalidReason, row?.class, row?.gain])).toEqual([
      ['wrong-direction', null, null],
      ['wrong-direction', null, null],
      ['wrong-direction', null, null],
      ['wrong-family', null, null],
      ['wrong-family', null, null],
      [null, 'slow', null],
    ]);
    expect(rows.map((row) => [row?.direction, row?.family])).toEqual([
      ['upload', 4],
      ['download', 4],
      ['download', 4],
      ['download', 4],
      ['download', 4],
      ['download', 4],
    ]);
    expect(JSON.parse(rows[3]?.arms ?? '')).toMatchObject([{ family: 6 }, { family: 6 }]);
  });
});

describe('the address family', () => {
  it('is one that the probe has; where it has both, IPv6 now and then', async () => {
    const probe = await TestProbe.enrolled(coordinator, ['platform', 'swap']);
    const families = (tests: DrawnTest[], kind: TestKind) =>
      [...new Set(tests.filter((test) => test.kind === kind).map(({ family }) => family))].sort();
    const both = await draw(probe, [4, 6], 40);
    expect(families(both, 'platform')).toEqual([4, 6]);
    // The measurement server has an IPv4 address only.
    expect(families(both, 'swap')).toEqual([4]);
    const v6 = await draw(probe, [6], 3);
    expect(families(v6, 'platform')).toEqual([6]);
    expect(families(v6, 'swap')).toEqual([]);
    expect(families(await draw(probe, [4], 20), 'platform')).toEqual([4]);
  });

  it('is stored as it was drawn', async () => {
    const probe = await TestProbe.enrolled(coordinator);
    const tests = await draw(probe, [6], 1);
    const [row] = await rowsOf(probe, [resultOf(tests[0] as DrawnTest)]);
    expect(row).toMatchObject({ family: 6, invalidReason: null, class: 'normal' });
  });
});
