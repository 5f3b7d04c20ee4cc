import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../deploy/dist/testbed/free-port.js';
import { until } from '../support/until.js';
import { CoordinatorStandIn } from './coordinator-stand-in.js';
import { Probe, platformTest } from './probe.js';

const KILLS = 12;

let coordinator: CoordinatorStandIn;
let probe: Probe;

beforeEach(async () => {
  coordinator = new CoordinatorStandIn();
  await coordinator.listen();
  probe = await Probe.create({ TARGET_ALLOW_CIDR: '127.0.0.0/8' });
  await probe.json('join', coordinator.url, '--token', coordinator.token, '--accept', 'platform');
});
afterEach(async () => {
  await probe.dispose();
  await coordinator.vanish();
});

describe('kill -9', () => {
  it('in the midst of a round leaves no drawn test unaccounted for', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const arrived = once(silent, 'connection');
    const refused = await freePort();
    const round = [refused, port, refused].map((to) => platformTest(`https://127.0.0.1:${to}/`));
    coordinator.draw = () => round;
    const running = probe.start('run', '--json');
    // The first is measured, the second hangs, the third has not begun.
    await arrived;
    running.child.kill('SIGKILL');
    await running.ended;
    expect(await probe.spooled()).toEqual([`${round[0]?.id}.json`]);

    coordinator.draw = () => [];
    const again = probe.start('run', '--json');
    await until('all have come', () => round.every(({ id }) => coordinator.received.has(id)));
    again.child.kill('SIGTERM');
    await again.ended;
    const ends = round.map(({ id }) => coordinator.received.get(id)?.[0]?.arms.map(({ end }) => end));
    const lost = { kind: 'aborted', reason: 'shutdown' };
    expect(ends).toEqual([
      [
        { kind: 'failed', phase: 'tcp', class: 'refused' },
        { kind: 'failed', phase: 'tcp', class: 'refused' },
      ],
      [lost, lost],
      [lost, lost],
    ]);
  });

  it('at any moment loses no result that was measured, and doubles none', async () => {
    const port = await freePort();
    const measured = new Set<string>();
    coordinator.pollAfterMs = 10;
    coordinator.draw = () => [1, 2, 3].map(() => platformTest(`https://127.0.0.1:${port}/`));
    const listen = (stdout: string) => {
      for (const line of stdout.split('\n')) {
        if (!line.endsWith('}')) continue;
        const event = JSON.parse(line) as { event: string; id: string };
        if (event.event === 'measured') measured.add(event.id);
      }
    };
    for (let i = 0; i < KILLS; i += 1) {
      const running = probe.start('run', '--json');
      const before = coordinator.requests.length;
      // Somewhere between the first request and the last: polling, spooling, sending, confirming.
      await until('it is at work', () => coordinator.requests.length > before + (i % 6));
      running.child.kill('SIGKILL');
      listen((await running.ended).stdout);
    }
    coordinator.draw = () => [];
    const running = probe.start('run', '--json');
    await until('the spool is empty', async () => (await probe.spooled()).length === 0);
    running.child.kill('SIGTERM');
    const { code, stdout, stderr } = await running.ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    listen(stdout);

    expect(measured.size).toBeGreaterThan(0);
    expect([...measured].filter((id) => !coordinator.received.has(id))).toEqual([]);
    for (const copies of coordinator.received.values())
      expect(new Set(copies.map((c) => JSON.stringify(c))).size).toBe(1);
    expect(await probe.json('status')).toMatchObject({ droppedResults: 0, running: false });
  }, 120_000);
});
