import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../deploy/dist/testbed/free-port.js';
import { until } from '../support/until.js';
import { CoordinatorStandIn } from './coordinator-stand-in.js';
import { Probe, platformTest } from './probe.js';

let coordinator: CoordinatorStandIn;
let probe: Probe;
let port: number;

beforeEach(async () => {
  coordinator = new CoordinatorStandIn();
  await coordinator.listen();
  port = await freePort();
  probe = await Probe.create({ TARGET_ALLOW_CIDR: '127.0.0.0/8' });
  await probe.json('join', coordinator.url, '--token', coordinator.token, '--accept', 'platform');
});
afterEach(async () => {
  await probe.dispose();
  await coordinator.vanish();
});

describe('a coordinator in trouble', () => {
  it('is left alone for as long as it asks', async () => {
    coordinator.fault = (path) =>
      path === '/v1/work' && coordinator.asked(path) === 1
        ? { status: 503, code: 'overloaded', headers: { 'retry-after': '2' } }
        : undefined;
    probe.start('run');
    await until('a second request for work', () => coordinator.asked('/v1/work') >= 2);
    const [first, second] = coordinator.requests.filter((r) => r.path === '/v1/work');
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_990);
  });

  it('that refuses a submission gets it again, and nothing is lost', async () => {
    coordinator.draw = () => (coordinator.drawn.size < 3 ? [platformTest(`https://127.0.0.1:${port}/`)] : []);
    coordinator.fault = (path) =>
      path === '/v1/submissions' && coordinator.asked(path) <= 2 ? { status: 503 } : undefined;
    probe.start('run');
    await until('all are stored', () => coordinator.received.size === 3);
    await until('the spool is empty', async () => (await probe.spooled()).length === 0);
  });

  it('may vanish and come back: results wait on disk, status says why', async () => {
    coordinator.draw = () => [platformTest(`https://127.0.0.1:${port}/`)];
    coordinator.fault = (path) => (path === '/v1/submissions' ? 'hang' : undefined);
    probe.start('run');
    await until('a result waits', async () => (await probe.spooled()).length > 0);
    await coordinator.vanish();
    await until('status says why', async () => {
      const { notMeasuring } = (await probe.json('status')) as { notMeasuring: { code: string } | null };
      return notMeasuring?.code === 'coordinator-unreachable';
    });
    coordinator.fault = () => undefined;
    coordinator.draw = () => [];
    await coordinator.listen();
    await until('what waited is stored', async () => (await probe.spooled()).length === 0);
    expect([...coordinator.received.keys()].sort()).toEqual([...coordinator.drawn.keys()].sort());
    await until('status knows it', async () => {
      const { notMeasuring, lastStored } = await probe.json('status');
      return notMeasuring === null && lastStored !== null;
    });
  });

  it('keeps a result in the spool until it is stored, not only taken', async () => {
    coordinator.storing = false;
    coordinator.draw = () =>
      coordinator.drawn.size === 0 ? [platformTest(`https://127.0.0.1:${port}/`)] : [];
    probe.start('run');
    await until('it was asked twice', () => coordinator.asked('/v1/results/status') >= 2);
    expect(coordinator.received.size).toBe(1);
    expect(await probe.spooled()).toHaveLength(1);
    coordinator.storing = true;
    await until('the spool is empty', async () => (await probe.spooled()).length === 0);
  });

  it('that forgot what it took is sent it again', async () => {
    coordinator.storing = false;
    coordinator.draw = () =>
      coordinator.drawn.size === 0 ? [platformTest(`https://127.0.0.1:${port}/`)] : [];
    probe.start('run');
    await until('it is taken', () => coordinator.received.size === 1);
    coordinator.received.clear();
    coordinator.storing = true;
    await until('it is taken again', () => coordinator.received.size === 1);
    await until('the spool is empty', async () => (await probe.spooled()).length === 0);
  });

  it('may reject a result for good: it is dropped, counted, and the reason shown', async () => {
    coordinator.reject = () => 'ticket of another coordinator';
    coordinator.draw = () => [platformTest(`https://127.0.0.1:${port}/`)];
    await probe.json('once');
    expect(await probe.spooled()).toEqual([]);
    expect(await probe.json('status')).toMatchObject({
      droppedResults: 1,
      lastDropped: { reason: 'ticket of another coordinator' },
    });
  });

  it('that does not know the probe any more stops it with exit 4', async () => {
    coordinator.probes.clear();
    const { code, stderr } = await probe.run('run');
    expect(code).toBe(4);
    expect(stderr).toContain('unknown-probe');
  });
});
