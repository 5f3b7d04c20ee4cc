import { generateKeyPairSync } from 'node:crypto';
import { Coordinator, introduce } from '@brakelight/probe-agent/coordinator/coordinator';
import { HttpClient } from '@brakelight/probe-agent/coordinator/http';
import { CONSENT_TEXTS, exportPublicKey, fingerprint } from '@brakelight/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { IN_A_MONTH, startTestCoordinator, type TestCoordinator } from './test-coordinator.js';
import { resultOf } from './test-probe.js';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await startTestCoordinator();
});
afterAll(() => coordinator.close());

describe("the agent's own side of the wire", () => {
  it('joins, measures, submits, asks, changes its mind and leaves', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const http = new HttpClient(coordinator.origin, undefined, () => {});
    const shown = await introduce(http, Date.now());
    expect(shown.publicKey).toBe(coordinator.publicKey);
    const as = (keyId: string) => new Coordinator(http, { keyId, privateKey }, shown.publicKey, Date.now);

    const token = await coordinator.wire.tokens.create({
      kind: 'once',
      owner: 'volunteer',
      quota: 1,
      expiresAt: IN_A_MONTH,
    });
    const acceptedAt = new Date().toISOString();
    const consents = [{ kind: 'platform' as const, version: CONSENT_TEXTS.platform.version, acceptedAt }];
    const enrolled = await as(fingerprint(exportPublicKey(privateKey))).enrol({
      token,
      agentVersion: '0.1.0',
      consents,
    });
    expect(enrolled).toMatchObject({ country: 'DE', asn: 64496 });

    const probe = as(enrolled.probeId);
    const asked = {
      agentVersion: '0.1.0',
      methodVersion: '1.0.0',
      kinds: ['platform' as const],
      budgetLeftBytes: 10_000_000,
      families: [4 as const],
    };
    const { tests } = await probe.work(asked);
    expect(tests).toHaveLength(2);
    const results = tests.map((test) => resultOf(test));
    const answer = await probe.submit(results);
    expect(answer.results.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
    const ids = tests.map((test) => test.id);
    await until('the rows are stored', async () =>
      (await probe.status(ids)).results.every(({ state }) => state === 'stored'),
    );

    await probe.tellConsents([]);
    await expect(probe.work(asked)).rejects.toMatchObject({ code: 'consent-missing', kind: 'unauthorised' });
    await probe.forget();
    await expect(probe.submit(results)).rejects.toMatchObject({
      code: 'unknown-probe',
      kind: 'unauthorised',
    });
  });
});
