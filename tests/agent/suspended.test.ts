import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { CoordinatorStandIn } from './coordinator-stand-in.js';
import { Probe, platformTest } from './probe.js';

let coordinator: CoordinatorStandIn;
let probe: Probe;
/** Accepts connections and never says a word: an arm waits for its handshake while its probe is stopped. */
let silent: Server;
const connections = new Set<Socket>();

beforeEach(async () => {
  coordinator = new CoordinatorStandIn();
  await coordinator.listen();
  silent = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
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

describe('a probe that is stopped in the middle of an arm', () => {
  it.each([
    ['for a moment, by a busy machine', 1_000, 'event-loop'],
    ['for long, by a lid', 10_500, 'suspended'],
  ])('%s', { timeout: 60_000 }, async (_why, stoppedMs, reason) => {
    const { port } = silent.address() as AddressInfo;
    const test = platformTest(`https://127.0.0.1:${port}/`);
    coordinator.draw = () => [test];
    const running = probe.start('once');
    await until('an arm runs', () => connections.size > 0);
    running.child.kill('SIGSTOP');
    await sleep(stoppedMs);
    running.child.kill('SIGCONT');
    expect(await running.ended).toMatchObject({ code: 0 });
    const arms = coordinator.received.get(test.id)?.[0]?.arms ?? [];
    expect(arms.map(({ end }) => end)).toEqual([{ kind: 'aborted', reason }]);
    expect(arms[0]?.loopDelayMs).toBeGreaterThan(250);
  });
});
