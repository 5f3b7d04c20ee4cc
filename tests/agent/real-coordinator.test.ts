import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../deploy/dist/testbed/free-port.js';
import { IN_A_MONTH, startTestCoordinator, type TestCoordinator } from '../wire/test-coordinator.js';
import { Probe } from './probe.js';

let coordinator: TestCoordinator;
let probe: Probe;

beforeEach(async () => {
  coordinator = await startTestCoordinator();
  // A name server that is not there: every look-up fails at once, and that is what is measured.
  probe = await Probe.create({ DNS_SERVERS: `127.0.0.1:${await freePort()}`, LOCAL_ADDRESS: '127.0.0.1' });
});
afterEach(async () => {
  await probe.dispose();
  await coordinator.close();
});

const token = () =>
  coordinator.wire.tokens.create({ kind: 'once', owner: 'ada', quota: 1, expiresAt: IN_A_MONTH });

describe('the real agent and the real wire', () => {
  it('join, measure, store, leave', async () => {
    const joined = await probe.json(
      'join',
      coordinator.origin,
      '--token',
      await token(),
      '--accept',
      'platform',
    );
    expect(joined).toMatchObject({ coordinatorPublicKey: coordinator.publicKey, country: 'DE', asn: 64_496 });

    const { results, stored } = (await probe.json('once')) as { results: { id: string }[]; stored: string[] };
    expect(results).toHaveLength(2);
    expect([...stored].sort()).toEqual(results.map((r) => r.id).sort());
    expect(await coordinator.store.measurements.storedIds(stored, 'network')).toEqual(new Set(stored));
    expect(await probe.spooled()).toEqual([]);

    expect(await probe.json('leave')).toMatchObject({ forgotten: true });
    expect(await coordinator.wire.probes.get(joined.probeId as string)).toBeFalsy();
  });

  it('tells it what was withdrawn and what was added', async () => {
    const { probeId } = (await probe.json(
      ...['join', coordinator.origin, '--token', await token(), '--accept', 'platform'],
    )) as { probeId: string };
    const kinds = async () => (await coordinator.wire.probes.get(probeId))?.consents.map((c) => c.kind);
    expect(await kinds()).toEqual(['platform']);
    await probe.json('consent', '--accept', 'swap', '--withdraw', 'platform');
    expect(await kinds()).toEqual(['swap']);
  });

  it('spends a one-time token once', async () => {
    const one = await token();
    await probe.json('join', coordinator.origin, '--token', one, '--accept', 'platform');
    const second = await Probe.create();
    const { code, stderr } = await second.run(
      'join',
      coordinator.origin,
      '--token',
      one,
      '--accept',
      'platform',
    );
    expect(code).toBe(4);
    expect(stderr).toContain('used already');
    await second.dispose();
  });

  it('says that its clock is wrong', async () => {
    await probe.json('join', coordinator.origin, '--token', await token(), '--accept', 'platform');
    coordinator.clock.offsetMs = 3_600_000;
    const { code, stderr } = await probe.run('once');
    expect(code).toBe(4);
    expect(stderr).toContain('Set the clock');
  });
});
