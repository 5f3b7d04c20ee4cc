import { connectForRequests, ready } from '@brakelight/coordinator/live/connection';
import { Counters } from '@brakelight/coordinator/live/counters';
import { Due } from '@brakelight/coordinator/live/due';
import type { Probe } from '@brakelight/coordinator/live/probes';
import { Suspected } from '@brakelight/coordinator/live/suspected';
import { createLogger } from '@brakelight/coordinator/logging';
import { Scheduler } from '@brakelight/coordinator/work/scheduler';
import { Tickets } from '@brakelight/coordinator/work/ticket';
import type { Catalogue, WorkRequest } from '@brakelight/shared';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ownPrefix } from '../support/own-place.js';

const object = {
  id: 'o',
  url: 'https://a.example/file',
  bytes: 2_000_000,
  contentType: 'image/jpeg',
  ranges: true,
};
const target = (id: string) => ({ id, name: id, hosts: [`www.${id}.example`], objects: [object] });
const catalogue: Catalogue = {
  version: '1',
  targets: [target('chirp'), target('tubes')],
  controls: [{ id: 'plain', name: 'plain', network: 'x', object }],
};
const KEY = Buffer.alloc(32, 1);

describe('a burst of swap pairs', () => {
  const redis = connectForRequests(inject('redisUrl'), createLogger('silent'));
  const prefix = ownPrefix();
  const suspected = new Suspected(redis, prefix);
  let now = 1_800_000_000_000;
  const scheduler = new Scheduler({
    catalogue,
    measurementServer: { endpoints: [{ address: '192.0.2.1', port: 443 }], pins: [`${'A'.repeat(43)}=`] },
    tickets: new Tickets(KEY),
    neutralKey: KEY,
    randomInt: (n) => Math.min(1, n - 1),
    due: new Due(redis, prefix),
    counters: new Counters(redis, prefix),
    suspected,
    testIntervalMs: 1_800_000,
    deepOneIn: 8,
    swapOffCountries: ['XX'],
    now: () => now,
  });
  beforeAll(() => ready(redis));
  afterAll(() => redis.disconnect());

  /** Swap pairs drawn for a platform. */
  async function pairs(id: string, country: string, kinds: ('platform' | 'swap')[] = ['platform', 'swap']) {
    const consents = kinds.map((kind) => ({ kind, version: 1, acceptedAt: new Date(now).toISOString() }));
    const probe = { id, consents } as unknown as Probe;
    const request = {
      kinds: ['platform', 'swap'],
      budgetLeftBytes: 1e9,
      families: [4],
    } as unknown as WorkRequest;
    const { tests } = await scheduler.draw(probe, request, country);
    return tests.filter((test) => test.kind === 'swap' && test.target === 'chirp').length;
  }

  it('is asked once of each consenting probe where a platform is suspected, and again for a new suspicion', async () => {
    expect(await pairs('a', 'FR')).toBe(1);
    expect(await pairs('a', 'FR')).toBe(0);
    await suspected.set('chirp', ['FR'], now);
    await suspected.set('tubes', [], now);
    expect(await pairs('a', 'FR')).toBe(6);
    await suspected.set('chirp', ['FR'], now + 5000);
    expect(await pairs('a', 'FR')).toBe(0);
    expect(await pairs('b', 'DE')).toBe(1);
    expect(await pairs('c', 'FR', ['platform'])).toBe(0);
    await suspected.set('chirp', ['XX'], now);
    expect(await pairs('d', 'XX')).toBe(0);
    now += 10_000;
    await suspected.set('chirp', ['FR'], now);
    expect(await pairs('a', 'FR')).toBe(6);
  });
});
