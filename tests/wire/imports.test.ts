import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { ADMIN_KEY, startTestCoordinator, type TestCoordinator } from './test-coordinator.js';
import { gzipJson, problemOf, send } from './test-probe.js';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startTestCoordinator({}, { worker: false });
});
afterAll(() => coordinator.close());

function row(i: number, change: Record<string, unknown> = {}) {
  return {
    id: createHash('sha256').update(`line ${i}`).digest('base64url'),
    measuredAt: new Date(Date.parse('2021-03-10T07:00:00Z') + i * 60_000).toISOString(),
    country: i % 7 === 0 ? null : 'RU',
    asn: 64496 + (i % 3),
    asnName: 'Example',
    subnet: `203.0.113.${i % 4}/24`,
    target: 'twitter',
    control: null,
    targetRateBps: i % 2 === 0 ? 108_600 : 20_000_000,
    controlRateBps: i % 10 === 0 ? 300_000 : 20_000_000,
    ...change,
  };
}

function call(method: string, source: string, body: Buffer, headers: Record<string, string> = {}) {
  const base = { authorization: `Bearer ${ADMIN_KEY}` };
  const type: Record<string, string> =
    body.length > 0 ? { 'content-type': 'application/json', 'content-encoding': 'gzip' } : {};
  return send(coordinator.origin, method, `/v1/imports/${source}`, { ...base, ...type, ...headers }, body);
}

async function post(rows: unknown[]) {
  const answer = await call('POST', '4ndv', gzipJson({ rows }));
  expect(answer.status, answer.body.toString()).toBe(202);
  return JSON.parse(answer.body.toString());
}

async function progress() {
  return JSON.parse((await call('GET', '4ndv', Buffer.alloc(0))).body.toString());
}

describe('imports', () => {
  it('refuses bad rows one by one, shows how far they are, and twice changes nothing', async () => {
    const rows: unknown[] = Array.from({ length: 200 }, (_, i) => row(i));
    const bad = [
      row(200, { targetRateBps: 0 }),
      row(201, { asn: null }),
      row(202, { measuredAt: 'a Tuesday' }),
      row(203, { measuredAt: '2090-01-01T00:00:00Z' }),
      row(204, { country: 'Russia' }),
      'nonsense',
    ];
    const first = await post([...rows, ...bad, row(3)]);
    expect(first).toMatchObject({ accepted: 200, rejected: 6, duplicate: 1 });
    expect(first.exceptions.map(({ index }: { index: number }) => index)).toEqual([
      200, 201, 202, 203, 204, 205, 206,
    ]);
    expect(await progress()).toEqual({ source: '4ndv', stored: 0, pending: 200 });

    const worker = coordinator.startWorker();
    await until('the import is stored', async () => {
      const { stored, pending } = await progress();
      return stored === 200 && pending === 0;
    });
    expect(await post(rows)).toMatchObject({ accepted: 0, duplicate: 200, rejected: 0 });
    expect(await progress()).toEqual({ source: '4ndv', stored: 200, pending: 0 });
    expect(await coordinator.wire.dirty.take()).toEqual([{ source: '4ndv', target: 'twitter' }]);
    expect(worker).toBeDefined();
  });

  it('judges rows by the thresholds of our own tests, and hashes their subnets', async () => {
    const { data } = await coordinator.store.measurements.list({ source: '4ndv' }, { limit: 500 });
    const of = (i: number) => data.find(({ id }) => id === row(i).id);
    expect(of(2)).toMatchObject({ class: 'slow', invalidReason: null, country: 'RU', asn: 64498, probe: '' });
    expect(of(1)).toMatchObject({ class: 'normal', ratio: 1, measuredAt: '2021-03-10T07:01:00.000Z' });
    expect(of(10)).toMatchObject({ class: null, invalidReason: 'slow-line' });
    expect(of(7)?.country).toBeNull();
    expect(of(1)?.subnet).toBe(of(5)?.subnet);
    expect(of(1)?.subnet).not.toBe(of(2)?.subnet);
    expect(JSON.stringify(data)).not.toContain('203.0.113');
  });

  it('needs the scope, a free name and the right form', async () => {
    const body = gzipJson({ rows: [row(1)] });
    const codeOf = async (...args: Parameters<typeof call>) => problemOf(await call(...args)).code;
    expect(await codeOf('POST', '4ndv', body, { authorization: 'Bearer wrong' })).toBe('api-key-invalid');
    expect(await codeOf('POST', 'network', body)).toBe('reserved-source');
    expect(await codeOf('POST', 'Bad%20Name', body)).toBe('invalid-request');
    expect(await codeOf('POST', '4ndv', gzipJson({ rows: [] }))).toBe('invalid-submission');
    expect(await codeOf('POST', '4ndv', Buffer.from('no gzip'))).toBe('malformed-gzip');
    expect(await codeOf('POST', '4ndv', gzipJson({ rows: ['x'.repeat(9_000_000)] }))).toBe(
      'decompressed-too-large',
    );
  });
});
