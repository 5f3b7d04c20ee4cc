import { DEFAULT_PARAMETERS } from '@brakelight/coordinator/detection/parameters';
import { openJudging } from '@brakelight/coordinator/judging';
import { connectForRequests, ready } from '@brakelight/coordinator/live/connection';
import { Dirty } from '@brakelight/coordinator/live/dirty';
import { Suspected } from '@brakelight/coordinator/live/suspected';
import { createLogger } from '@brakelight/coordinator/logging';
import type { MeasurementRow } from '@brakelight/coordinator/store/rows';
import type { Store } from '@brakelight/coordinator/store/store';
import type { IncidentEvent } from '@brakelight/shared';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { measurementRow } from '../store/measurement-row.js';
import { ownPrefix, ownStore } from '../support/own-place.js';
import { until } from '../support/until.js';

const HALF_HOUR = 1_800_000;
const DAY = 86_400_000;
const START = Date.parse('2026-03-10T00:00:00.000Z');

/** Four countries of four probes, a test each a period; the first country is slow from `onset` to `end`. */
function rows(
  source: string,
  periodMs: number,
  periods: number,
  onset: number,
  end = periods,
): MeasurementRow[] {
  return Array.from({ length: periods * 16 }, (_, i) => {
    const [period, probe] = [Math.floor(i / 16), i % 16];
    const slow = probe < 4 && period >= onset && period < end;
    return measurementRow({
      id: `${source}-${period}-${probe}`,
      source,
      country: ['FR', 'DE', 'IT', 'PL'][probe >> 2] as string,
      asn: 64_496 + (probe >> 1),
      subnet: `subnet-${probe}`,
      owner: `owner-${probe}`,
      measuredAt: new Date(START + period * periodMs + probe * 1000).toISOString(),
      class: slow ? 'slow' : 'normal',
      targetRateBps: slow ? 140_000 : 20_000_000,
    });
  });
}

describe('the judge, on the real store and Redis', () => {
  const logger = createLogger('silent');
  const told: { event: IncidentEvent; notify: boolean | undefined }[] = [];
  const redis = connectForRequests(inject('redisUrl'), logger);
  const prefix = ownPrefix();
  const dirty = new Dirty(redis, prefix);
  const suspected = new Suspected(redis, prefix);
  let now = START;
  let store: Store;
  let loop: { close(): Promise<void> };

  beforeAll(async () => {
    await ready(redis);
    store = await ownStore();
    const judging = openJudging({
      parameters: { ...DEFAULT_PARAMETERS, threshold: 1e4 },
      store,
      dirty,
      alerts: {
        publish: async (event, options) => {
          told.push({ event, notify: options?.notify });
        },
      },
      redis,
      prefix,
      registry: new Registry(),
      logger,
      now: () => now,
    });
    loop = judging.start();
  });
  afterAll(async () => {
    await loop.close();
    redis.disconnect();
    await store.close();
  });

  /** Marks it, and waits until it was judged: cells are the last that is written. */
  async function judged(source: string): Promise<void> {
    now += 1000;
    const at = new Date(now).toISOString();
    await dirty.mark(source, 'chirper');
    await until('a judgement', async () => {
      const { data } = await store.cells.list({ source }, { limit: 1 });
      return data[0]?.judgedAt === at;
    });
  }
  const of = (source: string) => told.filter(({ event }) => event.incident.source === source);

  it('tells of a throttle once, keeps it through re-runs, and tells of its end', {
    timeout: 60_000,
  }, async () => {
    const all = rows('network', HALF_HOUR, 60, 20, 40);
    await store.measurements.insert(all.slice(0, 36 * 16));
    now = START + 36 * HALF_HOUR;
    await judged('network');
    await judged('network');
    expect(of('network').map(({ event }) => event.type)).toEqual(['detected']);
    const [open] = await store.incidents.open('network', 'chirper');
    expect(open).toMatchObject({ country: 'FR', status: 'open', kind: 'slow' });
    expect(open?.asns.map(({ name }) => name)).toEqual(['Example Telecom', 'Example Telecom']);
    const cells = await store.cells.list({ source: 'network', country: 'FR' }, { limit: 10 });
    expect(cells.data.map(({ state, incidentId }) => [state, incidentId])).toContainEqual([
      'throttled',
      open?.id,
    ]);
    expect([...(await suspected.in('FR')).keys()]).toEqual(['chirper']);
    expect((await suspected.in('DE')).size).toBe(0);
    await store.measurements.insert(all);
    now = START + 60 * HALF_HOUR;
    await judged('network');
    await judged('network');
    expect(of('network').map(({ event }) => event.incident.resolvedReason)).toEqual([null, 'lifted']);
    expect((await suspected.in('FR')).size).toBe(0);
    const log = await store.incidents.events({ incidentId: open?.id ?? '' });
    expect(log).toEqual(of('network').map(({ event }) => event));
  });

  it('judges an import while it comes in, and again, as one incident of its own time', {
    timeout: 60_000,
  }, async () => {
    now = START + 40 * DAY;
    const all = rows('4ndv', DAY, 30, 5);
    await store.measurements.insert(all.slice(16 * 10));
    await judged('4ndv');
    await store.measurements.insert(all);
    await judged('4ndv');
    await judged('4ndv');
    const { data } = await store.incidents.list({ source: '4ndv' }, { limit: 10 });
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      historical: true,
      country: 'FR',
      status: 'resolved',
      resolvedReason: 'unobserved',
    });
    expect(Date.parse(data[0]?.onsetAt ?? '')).toBe(START + 5 * DAY);
    expect(of('4ndv').every(({ notify }) => notify === false)).toBe(true);
  });
});
