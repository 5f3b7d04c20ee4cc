import type { Cell, Incident } from '@brakelight/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { THROTTLE } from '../../deploy/dist/demo/settings.js';
import { type Stage, setStage } from '../../deploy/dist/demo/stage.js';
import { until } from '../support/until.js';

const SET_UP_MS = 400_000;
const PATIENCE_MS = 300_000;
const LOOK_EVERY_MS = 1_000;
/** Units that a cell must have before anything happens: five periods of the three sound lines that each place has. */
const BASELINE_UNITS = 15;

/**
 * The loopback world, with the configuration of the demo. One volunteer lies, one line is slow, and one platform becomes
 * slow for everybody: none of it may be called throttling. Two countries do throttle another platform, one after the other.
 */
describe('a world on loopback', () => {
  let stage: Stage;
  /** Two countries with sound volunteers only. */
  let first: string;
  let second: string;
  let slowEverywhere: string;
  let throttled: string;

  beforeAll(async () => {
    const options = { seed: 'loopback', once: true, json: true, port: 0 };
    stage = await setStage(options, { progress: () => {}, alert: () => {} }, new AbortController().signal);
    const { agents } = stage.world.plan;
    const odd = new Set(agents.filter((a) => a.character !== 'honest').map((a) => a.line.country));
    const sound = [...new Set(agents.map((a) => a.line.country))].filter((country) => !odd.has(country));
    expect(odd.size).toBe(2);
    [first = '', second = ''] = sound;
    const { slandered } = stage.population;
    [slowEverywhere = '', throttled = ''] = stage.world.catalogue.targets
      .map(({ id }) => id)
      .filter((id) => id !== slandered);
  }, SET_UP_MS);
  afterAll(async () => {
    await stage?.close();
  });

  const throttle = (target: string, country?: string) => {
    const site = stage.world.plan.sites.find((s) => s.id === target);
    stage.world.censor.impose({
      id: `${target} in ${country}`,
      suffix: site?.domain ?? '',
      // For everybody, and by itself: our own server, asked for by the platform's name, is as fast as ever.
      ...(country === undefined ? { server: site?.address ?? '' } : { where: { country } }),
      action: { kind: 'throttle', ...THROTTLE },
    });
  };
  const wait = <T>(what: string, condition: () => T | Promise<T>) =>
    until(what, condition, PATIENCE_MS, LOOK_EVERY_MS);
  const countries = async (target: string): Promise<Cell[]> =>
    (await stage.coordinator.api.cells()).filter((c) => c.asn === null && c.target === target);
  const incidentOf = async (country: string): Promise<Incident | undefined> =>
    (await stage.coordinator.api.incidents()).find((i) => i.country === country && i.target === throttled);
  const told = (type: string, country: string) =>
    stage.receiver.alerts.filter(
      ({ message }) => message.type === type && message.data.incident.country === country,
    );

  it(
    'finds nothing in ordinary life, with a liar and a slow line in it',
    async () => {
      await wait('a baseline of every place', async () => {
        const cells = (await stage.coordinator.api.cells()).filter((c) => c.asn === null);
        return cells.length === 12 && cells.every((c) => c.units >= BASELINE_UNITS);
      });
      expect(await stage.coordinator.api.incidents()).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'detects a country that throttles, and tells it once, while a platform is slow for everybody',
    async () => {
      throttle(slowEverywhere);
      throttle(throttled, first);
      await wait('the alert', () => told('throttling.detected', first).length > 0);
      const { data } = told('throttling.detected', first)[0]?.message ?? {};
      expect(data?.incident).toMatchObject({
        country: first,
        target: throttled,
        kind: 'slow',
        status: 'open',
      });
      expect(data?.incident.statistics.rate?.medianBps).toBeGreaterThan(90_000);
      expect(data?.incident.statistics.rate?.medianBps).toBeLessThan(200_000);
      await wait('the slow platform is seen to be slow everywhere', async () =>
        (await countries(slowEverywhere)).every((c) => (c.targetRateBps ?? Infinity) < 300_000),
      );
    },
    2 * PATIENCE_MS,
  );

  it(
    'is not disturbed by a second country that begins to throttle the same platform',
    async () => {
      const before = await incidentOf(first);
      throttle(throttled, second);
      await wait('the alert', () => told('throttling.detected', second).length > 0);
      const now = await incidentOf(first);
      expect(now).toMatchObject({ id: before?.id, status: 'open' });
      // What came late may tell its onset better, within what was told of it.
      const [onset, earliest, latest] = [now?.onsetAt, before?.onsetEarliestAt, before?.onsetLatestAt].map(
        (at) => Date.parse(at ?? ''),
      ) as [number, number, number];
      expect(onset).toBeGreaterThanOrEqual(earliest);
      expect(onset).toBeLessThanOrEqual(latest);
      expect(told('throttling.resolved', first)).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'tells the end of the first once, and the second goes on',
    async () => {
      stage.world.censor.lift(`${throttled} in ${first}`);
      await wait('the message of its end', () => told('throttling.resolved', first).length > 0);
      expect(await incidentOf(first)).toMatchObject({ status: 'resolved', resolvedReason: 'lifted' });
      expect(await incidentOf(second)).toMatchObject({ status: 'open', resolvedAt: null });
    },
    PATIENCE_MS,
  );

  it('told each thing once, signed, and nothing else', async () => {
    const incidents = await stage.coordinator.api.incidents();
    expect(incidents.map((i) => [i.country, i.target]).sort()).toEqual(
      [
        [first, throttled],
        [second, throttled],
      ].sort(),
    );
    const said = stage.receiver.alerts
      .filter(({ message }) => message.type !== 'throttling.updated')
      .map(
        ({ message }) => `${message.type} ${message.data.incident.target} ${message.data.incident.country}`,
      );
    expect(said).toEqual([
      `throttling.detected ${throttled} ${first}`,
      `throttling.detected ${throttled} ${second}`,
      `throttling.resolved ${throttled} ${first}`,
    ]);
    expect(stage.receiver.refused).toEqual([]);
  });
});
