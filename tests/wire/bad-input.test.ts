import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { startTestCoordinator, type TestCoordinator } from './test-coordinator.js';
import { type Answer, gzipJson, problemOf, resultOf, TestProbe, type Twist } from './test-probe.js';

/** Bad requests of one run; the issue of hostile input is settled by thousands, not by examples. */
const RUNS = 2_200;
/** A good submission goes between so many bad ones. */
const GOOD_EVERY = 100;

let coordinator: TestCoordinator;
let probe: TestProbe;
let stranger: TestProbe;
/** A body that would be taken, were it not for what each case does to it. */
let goodBody: Buffer;
let usedNonce: string;

beforeAll(async () => {
  coordinator = await startTestCoordinator();
  probe = await TestProbe.enrolled(coordinator);
  stranger = new TestProbe(coordinator);
  stranger.id = ulid();
  goodBody = gzipJson({ sentAt: new Date().toISOString(), results: [resultOf(await probe.draw())] });
  usedNonce = randomBytes(12).toString('base64url');
  const first = await probe.submitRaw(goodBody, { nonce: usedNonce });
  expect(first.status).toBe(202);
});
afterAll(() => coordinator.close());

/** One way to be wrong: what is sent, and the code that must come back. */
interface Case {
  readonly name: string;
  readonly body?: Buffer;
  readonly twist?: Twist;
  readonly stranger?: boolean;
  readonly code: string;
}

const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const json = fc.jsonValue({ maxDepth: 3 });
const isEnvelope = (value: unknown) =>
  typeof value === 'object' && value !== null && 'sentAt' in value && 'results' in value;

const text = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });
const notJson = text.filter((value) => {
  try {
    JSON.parse(value);
    return false;
  } catch {
    return true;
  }
});

const cases: fc.Arbitrary<Case>[] = [
  fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => ({
    name: 'noise instead of gzip',
    body: Buffer.from(bytes),
    code: 'malformed-gzip',
  })),
  seed.map((n) => ({
    name: 'gzip cut off',
    body: goodBody.subarray(0, 1 + (n % (goodBody.length - 9))),
    code: 'malformed-gzip',
  })),
  notJson.map((value) => ({
    name: 'gzip of what is not JSON',
    body: gzipSync(value),
    code: 'malformed-json',
  })),
  json
    .filter((value) => !isEnvelope(value))
    .map((value) => ({ name: 'JSON of another form', body: gzipJson(value), code: 'invalid-submission' })),
  fc.record({ results: fc.constantFrom([], 'x', null, 7, Array(51).fill({})) }).map(({ results }) => ({
    name: 'an envelope with a wrong list',
    body: gzipJson({ sentAt: new Date().toISOString(), results }),
    code: 'invalid-submission',
  })),
  fc.record({ sentAt: fc.constantFrom('yesterday', '2026-13-01T00:00:00Z', 5, null) }).map(({ sentAt }) => ({
    name: 'an envelope with a wrong time',
    body: gzipJson({ sentAt, results: [{}] }),
    code: 'invalid-submission',
  })),
  fc.integer({ min: 400, max: 400_000_000 }).map((seconds) => ({
    name: 'sent in the future',
    body: gzipJson({ sentAt: new Date(Date.now() + seconds * 1000).toISOString(), results: [{}] }),
    code: 'future-dated',
  })),
  fc.integer({ min: 330, max: 400_000_000 }).map((createdIn) => ({
    name: 'signed in the future',
    twist: { createdIn },
    code: 'signature-future',
  })),
  fc.integer({ min: 330, max: 1_000_000_000 }).map((ago) => ({
    name: 'signed long ago',
    twist: { createdIn: -ago },
    code: 'signature-expired',
  })),
  fc.constant({ name: 'replayed' }).map((one) => ({
    ...one,
    twist: { nonce: usedNonce },
    code: 'nonce-replayed',
  })),
  fc.constant({ name: 'signed by another key' }).map((one) => ({
    ...one,
    twist: { key: stranger.keys.privateKey },
    code: 'signature-mismatch',
  })),
  seed.map((n) => {
    const sent = Buffer.from(goodBody);
    const at = n % sent.length;
    sent[at] = (sent[at] ?? 0) ^ (1 + (n % 255));
    return { name: 'a byte changed on the way', twist: { sent }, code: 'digest-mismatch' };
  }),
  fc.constantFrom('signature', 'content-digest', 'signature-input').map((header) => ({
    name: `without ${header}`,
    twist: { headers: { [header]: undefined } },
    code: 'signature-missing',
  })),
  fc
    .tuple(fc.constantFrom('signature', 'signature-input'), fc.stringMatching(/^[!-~]{1,80}$/))
    .map(([header, value]) => ({
      name: `nonsense in ${header}`,
      twist: { headers: { [header]: value } },
      code: 'signature-malformed',
    })),
  seed.map(() => ({ name: 'a probe nobody knows', stranger: true, code: 'unknown-probe' })),
  fc.stringMatching(/^[A-Za-z0-9:_-]{1,64}$/).map((keyId) => ({
    name: 'a key id that is no probe',
    twist: { keyId },
    code: 'unknown-probe',
  })),
  fc.constantFrom('br', 'deflate', 'gzip, gzip', 'identity', '').map((encoding) => ({
    name: `encoded as "${encoding}"`,
    twist: { headers: { 'content-encoding': encoding } },
    code: 'unsupported-encoding',
  })),
  fc.constantFrom('text/plain', 'application/xml', 'multipart/form-data').map((type) => ({
    name: `a body of type ${type}`,
    twist: { headers: { 'content-type': type } },
    code: 'unsupported-media-type',
  })),
];

/** Cases that cost real bytes: fewer of them. */
const heavy: fc.Arbitrary<Case>[] = [
  fc.integer({ min: 5_000_000, max: 60_000_000 }).map((size) => ({
    name: 'a gzip bomb',
    body: gzipSync(Buffer.alloc(size, ' ')),
    code: 'decompressed-too-large',
  })),
  fc.integer({ min: 530_000, max: 2_000_000 }).map((size) => ({
    name: 'too many bytes on the wire',
    body: randomBytes(size),
    code: 'body-too-large',
  })),
];

const anyCase = fc.oneof(
  ...cases.map((arbitrary) => ({ arbitrary, weight: 10 })),
  ...heavy.map((arbitrary) => ({ arbitrary, weight: 1 })),
);

function perform(one: Case): Promise<Answer> {
  return (one.stranger ? stranger : probe).submitRaw(one.body ?? goodBody, one.twist);
}

describe('bad input', () => {
  it(`answers each of ${RUNS} bad submissions with its own problem, and takes every good one between`, async () => {
    const good: string[] = [];
    const seen = new Map<string, number>();
    const spare = await probe.drawMany(RUNS / GOOD_EVERY + 1);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(anyCase, async (one) => {
        const answer = await perform(one);
        const problem = problemOf(answer);
        expect({ name: one.name, code: problem.code }).toEqual({ name: one.name, code: one.code });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        expect(answer.headers['content-type']).toContain('application/problem+json');
        expect(problem.detail?.length).toBeGreaterThan(20);
        seen.set(one.code, (seen.get(one.code) ?? 0) + 1);
        if (run++ % GOOD_EVERY === 0) {
          const test = spare.pop();
          if (!test) return;
          const { results } = await probe.accepted([null, resultOf(test), { id: test.id }]);
          expect(results.map(({ outcome }) => outcome)).toEqual(['rejected', 'accepted', 'rejected']);
          good.push(test.id);
        }
      }),
      { numRuns: RUNS },
    );
    expect([...seen.values()].reduce((a, b) => a + b)).toBe(RUNS);
    expect([...seen.keys()].sort()).toEqual([...new Set(codes())].sort());
    expect(good.length).toBeGreaterThan(RUNS / GOOD_EVERY - 1);
    await until('every good row is stored', async () =>
      [...(await probe.states(good)).values()].every((state) => state === 'stored'),
    );
  }, 180_000);

  it('takes items of any form without a fault, and each has its reason', async () => {
    const test = await probe.draw();
    const whole = resultOf(test) as unknown as Record<string, unknown>;
    const spoiled = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc
        .tuple(fc.constantFrom(...Object.keys(whole)), fc.jsonValue({ maxDepth: 2 }))
        .map(([key, value]) => ({ ...whole, [key]: value })),
      fc.constantFrom(...Object.keys(whole)).map((key) => {
        const { [key]: _, ...rest } = whole;
        return rest;
      }),
      text.map((key) => ({ ...whole, [`x${key}`]: 1 })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(spoiled, { minLength: 1, maxLength: 50 }), async (items) => {
        const answer = await probe.accepted(items);
        expect(answer.results.map(({ index }) => index)).toEqual(items.map((_, i) => i));
        for (const item of answer.results) if (item.outcome === 'rejected') expect(item.reason).toBeTruthy();
      }),
      {
        numRuns: 60,
        examples: [
          [[JSON.parse('{"__proto__":""}')]],
          [[{ ...whole, constructor: { prototype: 1 } }, whole]],
        ],
      },
    );
    const counts = await coordinator.wire.queue.counts();
    expect(counts.failed).toBe(0);
  });
});

/** Every code that some case expects. */
function codes(): string[] {
  return [...cases, ...heavy]
    .flatMap((arbitrary) => fc.sample(arbitrary, { numRuns: 1, seed: 1 }))
    .map(({ code }) => code);
}
