import { gzipSync } from 'node:zlib';
import { Dirty } from '@brakelight/coordinator/live/dirty';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { until } from '../support/until.js';
import { ADMIN_KEY, startTestCoordinator, type TestCoordinator } from './test-coordinator.js';
import { problemOf, resultOf, send, TestProbe } from './test-probe.js';

/** What somebody with a valid key, or none, may try against everybody else. */

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startTestCoordinator();
});
afterAll(() => coordinator.close());

it('stores what the door could read: a byte order mark poisons no job', async () => {
  const probe = await TestProbe.enrolled(coordinator);
  const test = await probe.draw();
  const text = JSON.stringify({ sentAt: new Date().toISOString(), results: [resultOf(test)] });
  expect((await probe.submitRaw(gzipSync(`\uFEFF${text}`))).status).toBe(202);
  await until('it is stored', async () => (await probe.states([test.id])).get(test.id) === 'stored');
});

it('counts a result as returned once, however often it is sent', async () => {
  const strict = await startTestCoordinator({ PROBATION_TESTS: '3' });
  onTestFinished(() => strict.close());
  const probe = await TestProbe.enrolled(strict);
  const [first, last] = (await probe.drawMany(2)) as [never, never];
  for (let i = 0; i < 4; i++) {
    await probe.accepted([resultOf(first)]);
    const { id } = first as { id: string };
    await until('it is stored', async () => (await probe.states([id])).get(id) === 'stored');
    // As after a quarter of an hour, when only the store still knows it.
    await strict.redis.del(`${strict.prefix}:taken:${id}`);
  }
  await probe.accepted([resultOf(last)]);
  const { id } = last as { id: string };
  await until('it is stored', async () => (await probe.states([id])).get(id) === 'stored');
  const { data } = await strict.store.measurements.list({}, { limit: 10 });
  expect(data.find((row) => row.id === id)?.invalidReason).toBe('probation');
});

it('brings nobody back who left while another request of his was under way', async () => {
  const probe = await TestProbe.enrolled(coordinator);
  await coordinator.wire.probes.forget(probe.id, 'irrelevant');
  await coordinator.wire.probes.seen(probe.id, '0.1.0', Date.now());
  await coordinator.wire.probes.setConsents(probe.id, []);
  expect(await coordinator.redis.keys(`${coordinator.prefix}:probe:${probe.id}`)).toEqual([]);
  expect(await coordinator.redis.zscore(`${coordinator.prefix}:probes`, probe.id)).toBeNull();
  expect(problemOf(await probe.ask('POST', '/v1/work', Buffer.from('{}'))).code).toBe('unknown-probe');
});

it('judges what was taken to be judged when the process died', async () => {
  const { redis } = coordinator;
  const prefix = `${coordinator.prefix}:killed`;
  const touched = { source: '4ndv', target: 'twitter' };
  const killed = new Dirty(redis, prefix);
  await killed.mark(touched.source, touched.target);
  expect(await killed.take()).toEqual([touched]);

  const next = new Dirty(redis, prefix);
  await next.mark('network', 'chirp');
  expect(await next.take()).toEqual(
    expect.arrayContaining([touched, { source: 'network', target: 'chirp' }]),
  );
  // Who asks again is done with what he took before.
  expect(await next.take()).toEqual([]);
  expect(await new Dirty(redis, prefix).take()).toEqual([]);
});

it('says "stored" of a row of our own only, not of an import that goes by the same id', async () => {
  const probe = await TestProbe.enrolled(coordinator);
  const { id } = await probe.draw();
  const row = {
    id,
    measuredAt: '2021-03-10T07:00:00Z',
    country: 'RU',
    asn: 12389,
    asnName: null,
    subnet: '203.0.113.0/24',
    target: 'chirp',
    control: null,
    targetRateBps: 100_000,
    controlRateBps: 10_000_000,
  };
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
  const body = Buffer.from(JSON.stringify({ rows: [row] }));
  const answer = await send(coordinator.origin, 'POST', '/v1/imports/elsewhere', headers, body);
  expect(answer.status).toBe(202);
  await until('it is stored', async () => (await coordinator.store.measurements.count('elsewhere')) === 1);
  expect((await probe.states([id])).get(id)).toBe('unknown');
});

it('counts requests with a wrong key, too, so that keys cannot be guessed for free', async () => {
  const small = await startTestCoordinator({ RATE_LIMIT_REQUESTS: '5' }, { worker: false });
  onTestFinished(() => small.close());
  const statuses: number[] = [];
  for (let i = 0; i < 7; i++) {
    const headers = { authorization: `Bearer guess-${i}` };
    const path = '/v1/imports/elsewhere';
    statuses.push((await send(small.origin, 'GET', path, headers, Buffer.alloc(0))).status);
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
});
