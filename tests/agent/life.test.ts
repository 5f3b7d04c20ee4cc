import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../deploy/dist/testbed/free-port.js';
import { until } from '../support/until.js';
import { CoordinatorStandIn } from './coordinator-stand-in.js';
import { Probe, platformTest } from './probe.js';

let coordinator: CoordinatorStandIn;
let probe: Probe;
/** Accepts connections and never says a word: a test against it runs until it is ended. */
let silent: Server;
let silentPort: number;
const connections = new Set<Socket>();

beforeEach(async () => {
  coordinator = new CoordinatorStandIn();
  await coordinator.listen();
  silent = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  silentPort = (silent.address() as AddressInfo).port;
  probe = await Probe.create({ TARGET_ALLOW_CIDR: '127.0.0.0/8' });
  await probe.json('join', coordinator.url, '--token', coordinator.token, '--accept', 'platform');
});
afterEach(async () => {
  await probe.dispose();
  for (const socket of connections) socket.destroy();
  connections.clear();
  silent.close();
  await coordinator.vanish();
});

describe('the life of a probe', () => {
  it('ends cleanly on SIGTERM in the middle of a test, which is kept as aborted', async () => {
    const tests = [1, 2].map(() => platformTest(`https://127.0.0.1:${silentPort}/`));
    coordinator.draw = () => tests;
    const running = probe.start('run');
    await until('a test runs', () => connections.size > 0);
    expect(await probe.json('status')).toMatchObject({ running: true, state: 'measuring platform' });
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0, signal: null });
    expect(await probe.spooled()).toHaveLength(2);

    coordinator.draw = () => [];
    await probe.json('once');
    for (const { id } of tests) {
      const arms = coordinator.received.get(id)?.[0]?.arms ?? [];
      expect(arms.some((a) => a.end.kind === 'aborted' && a.end.reason === 'shutdown')).toBe(true);
    }
  });

  it('ends at once on a second signal', async () => {
    coordinator.draw = () => [platformTest(`https://127.0.0.1:${silentPort}/`)];
    const running = probe.start('run');
    await until('a test runs', () => connections.size > 0);
    running.child.kill('SIGTERM');
    running.child.kill('SIGINT');
    expect((await running.ended).code).not.toBeNull();
  });

  it('is one per state directory', async () => {
    probe.start('run');
    await until('it polls', () => coordinator.asked('/v1/work') > 0);
    const second = await probe.run('run');
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('another agent');
  });

  it('makes no traffic while paused', async () => {
    coordinator.pollAfterMs = 20;
    expect(await probe.json('pause', '--for', 'PT2H')).toMatchObject({ paused: true });
    probe.start('run');
    await until('it runs', async () => (await probe.json('status')).running === true);
    const status = await probe.json('status');
    expect(status.notMeasuring).toMatchObject({ code: 'paused' });
    expect(coordinator.asked('/v1/work')).toBe(0);
    await probe.json('resume');
    await until('it polls', () => coordinator.asked('/v1/work') > 0);
    expect((await probe.run('pause', '--for', 'two hours')).code).toBe(2);
  });

  it('stops measuring what is not agreed to any more, and tells the coordinator', async () => {
    coordinator.pollAfterMs = 20;
    probe.start('run');
    await until('it polls', () => coordinator.asked('/v1/work') > 0);
    coordinator.fault = (path) => (path === '/v1/probes/self/consents' ? 'hang' : undefined);
    const { code, stderr } = await probe.run('consent', '--withdraw', 'platform');
    expect(code).toBe(0);
    expect(stderr).toContain('does not know it yet');
    coordinator.fault = () => undefined;
    await until('the coordinator knows', () => [...coordinator.probes.values()][0]?.consents.length === 0);
    const asked = coordinator.asked('/v1/work');
    expect(await probe.json('status')).toMatchObject({ notMeasuring: { code: 'consent-missing' } });
    expect((await probe.run('once')).code).toBe(3);
    expect(coordinator.asked('/v1/work')).toBe(asked);
  });

  it('begins no test that its budget has no room for', async () => {
    const port = await freePort();
    await probe.json('leave');
    const budget = ['--budget-per-test', '200kB', '--budget-per-day', '5MB', '--budget-per-month', '40MB'];
    await probe.json(
      'join',
      coordinator.url,
      '--token',
      coordinator.token,
      '--accept',
      'platform',
      ...budget,
    );
    const test = platformTest(`https://127.0.0.1:${port}/`);
    coordinator.draw = () => [test];
    await probe.json('once');
    expect(coordinator.received.get(test.id)?.[0]?.arms[0]?.end).toEqual({
      kind: 'aborted',
      reason: 'budget',
    });
    expect(coordinator.workRequests[0]?.budgetLeftBytes).toBeLessThanOrEqual(5_000_000);
  });

  it('leaves: forgotten by the coordinator, key deleted, the running agent ends', async () => {
    const running = probe.start('run');
    await until('it polls', () => coordinator.asked('/v1/work') > 0);
    expect(await probe.json('leave')).toMatchObject({ left: true, forgotten: true });
    expect(coordinator.probes.size).toBe(0);
    const { code } = await running.ended;
    expect([0, 4]).toContain(code);
    const left = await readdir(join(probe.home, 'state'));
    expect(left.filter((name) => /key|membership|consents/.test(name))).toEqual([]);
    expect((await probe.run('run')).code).toBe(1);
  });

  it('leaves without a connection, and says what remains to be done', async () => {
    await coordinator.vanish();
    const { code, stdout } = await probe.run('leave');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Tell its operator to delete probe [0-9A-Z]{26}/);
    expect((await readdir(join(probe.home, 'state'))).includes('probe.key')).toBe(false);
  });
});
