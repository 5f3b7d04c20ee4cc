import { type DrawnTest, EnrolmentAnswer, importPublicKey, verifyMessage } from '@brakelight/shared';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../support/until.js';
import { CATALOGUE, IN_A_MONTH, startTestCoordinator, type TestCoordinator } from './test-coordinator.js';
import { problemOf, resultOf, send, TestProbe } from './test-probe.js';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startTestCoordinator();
});
afterAll(() => coordinator.close());

const stored = (probe: TestProbe, ids: readonly string[]) =>
  until('the rows are stored', async () =>
    [...(await probe.states(ids)).values()].every((state) => state === 'stored'),
  );

describe('enrolment', () => {
  it('gives the same key the same answer, also with a token that is used up', async () => {
    const token = await coordinator.wire.tokens.create({
      kind: 'once',
      owner: 'somebody',
      quota: 1,
      expiresAt: IN_A_MONTH,
    });
    const probe = new TestProbe(coordinator);
    const first = await probe.enrol(token);
    const again = await probe.enrol(token);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    const answer = EnrolmentAnswer.parse(JSON.parse(first.body.toString()));
    expect(answer).toMatchObject({ country: 'DE', asn: 64496, coordinatorPublicKey: coordinator.publicKey });
    const key = importPublicKey(coordinator.publicKey);
    expect(verifyMessage({ status: 201 }, first.headers, first.body, key)).toBeUndefined();

    const other = await new TestProbe(coordinator).enrol(token);
    expect(problemOf(other)).toMatchObject({ status: 403, code: 'token-used' });
  });

  it('takes nobody with a token that has expired, but keeps those who came before', async () => {
    const terms = { kind: 'network', owner: 'club', quota: 9, expiresAt: Date.now() + 60_000 } as const;
    const token = await coordinator.wire.tokens.create(terms);
    const early = new TestProbe(coordinator);
    expect((await early.enrol(token)).status).toBe(201);
    coordinator.clock.offsetMs = 61_000;
    onTestFinished(() => {
      coordinator.clock.offsetMs = 0;
    });
    const late = await new TestProbe(coordinator).enrol(token);
    expect(problemOf(late)).toMatchObject({ status: 403, code: 'token-expired' });
    expect((await early.enrol(token)).status).toBe(201);
  });

  it('takes a quota of probes of each network from a network token', async () => {
    const token = await coordinator.wire.tokens.create({
      kind: 'network',
      owner: 'club',
      quota: 2,
      expiresAt: IN_A_MONTH,
    });
    const join = (localAddress: string) =>
      new TestProbe(coordinator).enrol(token, ['platform'], { localAddress });
    expect((await join('127.0.5.1')).status).toBe(201);
    expect((await join('127.0.5.2')).status).toBe(201);
    const third = await join('127.0.5.3');
    expect(problemOf(third).code).toBe('token-quota');
    expect(third.headers['retry-after']).toMatch(/^\d+$/);
    expect((await join('127.0.6.1')).status).toBe(201);
  });

  it('demands proof of the key, a known token and current consents', async () => {
    const token = await coordinator.wire.tokens.create({
      kind: 'once',
      owner: 'x',
      quota: 1,
      expiresAt: IN_A_MONTH,
    });
    const probe = new TestProbe(coordinator);
    const other = new TestProbe(coordinator);
    expect(problemOf(await probe.enrol(token, ['platform'], { key: other.keys.privateKey })).code).toBe(
      'signature-mismatch',
    );
    expect(problemOf(await probe.enrol(token, ['platform'], { keyId: 'somebody-else' })).code).toBe(
      'key-mismatch',
    );
    expect(problemOf(await probe.enrol('blt_no-such-token-here')).code).toBe('token-invalid');
  });

  it('forgets a probe that leaves, and keeps its rows', async () => {
    const probe = await TestProbe.enrolled(coordinator);
    const test = await probe.draw();
    await probe.accepted([resultOf(test)]);
    await stored(probe, [test.id]);
    expect((await probe.ask('DELETE', '/v1/probes/self', Buffer.alloc(0))).status).toBe(204);
    expect(problemOf(await probe.submit([resultOf(test)])).code).toBe('unknown-probe');
    const keys = await coordinator.redis.keys(`${coordinator.prefix}:*${probe.id}*`);
    expect(keys.filter((key) => !key.includes(':nonce:'))).toEqual([]);
    expect((await coordinator.store.measurements.storedIds([test.id], 'network')).size).toBe(1);
  });
});

describe('work', () => {
  it('draws what is due once, and says when to come back', async () => {
    const probe = await TestProbe.enrolled(coordinator);
    const first = await probe.work();
    expect(first.tests.map((test) => test.target).sort()).toEqual(['chirp', 'reel']);
    expect(new Set(first.tests.map((test) => test.id)).size).toBe(2);
    const second = await probe.work();
    expect(second.tests).toEqual([]);
    expect(second.pollAfterMs).toBeGreaterThan(60_000);
  });

  it('keeps to consent and budget', async () => {
    const probe = await TestProbe.enrolled(coordinator);
    expect((await probe.work(['platform', 'swap'], 10_000)).tests).toEqual([]);
    await expect(probe.work(['swap'])).rejects.toThrow('consent-missing');
    const none = Buffer.from(JSON.stringify({ consents: [] }));
    expect((await probe.ask('PUT', '/v1/probes/self/consents', none)).status).toBe(204);
    await expect(probe.work(['platform'])).rejects.toThrow('consent-missing');
  });

  it('tosses a coin for the order of the arms', async () => {
    const probe = await TestProbe.enrolled(coordinator);
    const tests = await probe.drawMany(40);
    const orders = new Set(tests.map((test) => test.arms.map((one) => one.arm).join('')));
    expect(orders).toEqual(new Set(['AB', 'BA']));
    expect(new Set(tests.map((test) => test.control)).size).toBe(2);
    for (const { arms } of tests) expect(arms[0]?.ladder).toEqual(arms[1]?.ladder);
  });

  it('serves the catalogue signed over the nonce that was asked with', async () => {
    const headers = { 'brakelight-nonce': 'nonce-of-mine' };
    const answer = await send(coordinator.origin, 'GET', '/v1/catalogue', headers, Buffer.alloc(0));
    expect(JSON.parse(answer.body.toString())).toEqual(CATALOGUE);
    const key = importPublicKey(coordinator.publicKey);
    expect(verifyMessage({ status: 200 }, answer.headers, answer.body, key)).toBeUndefined();
    expect(answer.headers['signature-input']).toContain('nonce="nonce-of-mine"');
  });
});

describe('submissions', () => {
  it('says pending, then stored, and nothing changes when it is sent again', async () => {
    const probe = await TestProbe.enrolled(coordinator);
    const tests = await probe.drawMany(3);
    const unknown = '01JA0000000000000000000000';
    expect(await probe.states([unknown])).toEqual(new Map([[unknown, 'unknown']]));
    const results = tests.map((test) => resultOf(test, {}, 140_000));
    const answer = await probe.accepted(results);
    expect(answer.results.map((item) => item.outcome)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(['pending', 'stored']).toContain(
      (await probe.states([tests[0]?.id ?? ''])).get(tests[0]?.id ?? ''),
    );
    const ids = tests.map((test) => test.id);
    await stored(probe, ids);
    const again = await probe.accepted([...results, results[0]]);
    expect(again.results.map((item) => item.outcome)).toEqual(Array(4).fill('duplicate'));

    const { data } = await coordinator.store.measurements.list({}, { limit: 500 });
    const mine = data.filter((row) => ids.includes(row.id));
    expect(mine).toHaveLength(3);
    expect(mine[0]).toMatchObject({
      source: 'network',
      country: 'DE',
      asn: 64496,
      class: 'slow',
      invalidReason: null,
    });
    expect(JSON.stringify(mine)).not.toContain('127.0.0.1');
    expect(await coordinator.wire.dirty.take()).toContainEqual({
      source: 'network',
      target: tests[0]?.target,
    });
  });

  it('keeps its neighbours when one item is bad', async () => {
    const probe = await TestProbe.enrolled(coordinator);
    const [good, forged, late] = (await probe.drawMany(3)) as [never, never, never];
    const stolen = await (await TestProbe.enrolled(coordinator)).draw();
    const answer = await probe.accepted([
      { nonsense: true },
      resultOf(good),
      resultOf(forged, { deep: true, ticket: 'AAAA' }),
      resultOf(stolen),
      null,
      resultOf(late, { measuredAt: '2001-01-01T00:00:00Z' }),
    ]);
    expect(answer.results.map(({ outcome }) => outcome)).toEqual([
      'rejected',
      'accepted',
      'rejected',
      'rejected',
      'rejected',
      'rejected',
    ]);
    for (const item of answer.results)
      if (item.outcome === 'rejected') expect(item.reason).toMatch(/^\w+ \w+: /);
    await stored(probe, [(good as { id: string }).id]);
  });

  it('marks what says nothing, and why', async () => {
    const probe = await TestProbe.enrolled(coordinator);
    const tests = await probe.drawMany(4);
    const hour = 3_600_000;
    const at = (i: number, offset: number) =>
      new Date(Date.parse(tests[i]?.drawnAt ?? '') + offset).toISOString();
    const results = tests.map((test, i) =>
      resultOf(test, [{}, {}, { measuredAt: at(2, hour) }, { measuredAt: at(3, -hour) }][i]),
    );
    results[1]?.arms.reverse();
    const answer = await probe.accepted(results);
    expect(answer.results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    const ids = tests.map((test) => test.id);
    await stored(probe, ids);
    const { data } = await coordinator.store.measurements.list({}, { limit: 500 });
    const reasons = ids.map((id) => data.find((row) => row.id === id)?.invalidReason);
    expect(reasons).toEqual([null, 'wrong-order', 'future-dated', 'wrong-times']);
  });

  it('counts jobs and rows for the operator', async () => {
    const metrics = await coordinator.registry.metrics();
    expect(metrics).toMatch(/brakelight_results_total\{outcome="accepted"\} \d+/);
    expect(metrics).toMatch(/brakelight_rows_stored_total\{source="network"\} \d+/);
  });

  it('writes an address into no log, no key of Redis and no row', async () => {
    const quiet = await startTestCoordinator({}, { worker: false });
    onTestFinished(() => quiet.close());
    const probe = await TestProbe.enrolled(quiet);
    const test = await probe.draw();
    const answer = await probe.submit([resultOf(test)], { localAddress: '127.0.77.7' });
    expect(answer.status).toBe(202);
    const kept = await everythingIn(quiet.redis, quiet.prefix);
    expect(kept).toContain(test.id);
    expect(kept).toContain('64496');
    expect(kept).not.toContain('127.0.77');
    expect(quiet.log.join('')).not.toContain('127.0.77');
    quiet.startWorker();
    await until('it is stored', async () => (await probe.states([test.id])).get(test.id) === 'stored');
    const { data } = await quiet.store.measurements.list({}, { limit: 10 });
    expect(JSON.stringify(data)).not.toContain('127.0.77');
  });
});

describe('probation', () => {
  it('ends after so many tests, and begins again for who returns only what suits him', async () => {
    const strict = await startTestCoordinator({ PROBATION_TESTS: '3' });
    onTestFinished(() => strict.close());
    const probe = await TestProbe.enrolled(strict);
    const reasonOf = async (test: DrawnTest) => {
      await probe.accepted([resultOf(test)]);
      await stored(probe, [test.id]);
      const { data } = await strict.store.measurements.list({}, { limit: 500 });
      return data.find((row) => row.id === test.id)?.invalidReason;
    };
    const [a, b, c, d, ...rest] = (await probe.drawMany(60)) as [DrawnTest, DrawnTest, DrawnTest, DrawnTest];
    expect(await reasonOf(a)).toBe('probation');
    await probe.accepted([resultOf(b), resultOf(c)]);
    // 60 were drawn and 3 came back.
    expect(await reasonOf(d)).toBe('probation');
    await probe.accepted((rest as DrawnTest[]).slice(0, 50).map((test) => resultOf(test)));
    expect(await reasonOf(await probe.draw())).toBeNull();
  });
});

/** Every key below a prefix and what it holds, as one text. */
async function everythingIn(redis: Redis, prefix: string): Promise<string> {
  const parts: string[] = [];
  for (const key of await redis.keys(`${prefix}:*`)) {
    const type = await redis.type(key);
    const readers: Record<string, () => Promise<unknown>> = {
      string: () => redis.get(key),
      hash: () => redis.hgetall(key),
      set: () => redis.smembers(key),
      zset: () => redis.zrange(key, '0', '-1'),
      list: () => redis.lrange(key, '0', '-1'),
      stream: () => redis.xrange(key, '-', '+'),
    };
    parts.push(key, JSON.stringify(await readers[type]?.()));
  }
  return parts.join('\n');
}
