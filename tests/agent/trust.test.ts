import type { DrawnTest } from '@brakelight/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../deploy/dist/testbed/free-port.js';
import { until } from '../support/until.js';
import { CoordinatorStandIn } from './coordinator-stand-in.js';
import { Probe, platformTest } from './probe.js';

let coordinator: CoordinatorStandIn;
let probe: Probe;
let port: number;

async function joined(env: Record<string, string>): Promise<void> {
  probe = await Probe.create(env);
  await probe.json('join', coordinator.url, '--token', coordinator.token, '--accept', 'platform');
}

beforeEach(async () => {
  coordinator = new CoordinatorStandIn();
  await coordinator.listen();
  port = await freePort();
});
afterEach(async () => {
  await probe.dispose();
  await coordinator.vanish();
});

describe('work', () => {
  it('is measured and comes back with its ticket', async () => {
    await joined({ TARGET_ALLOW_CIDR: '127.0.0.0/8' });
    const test = platformTest(`https://127.0.0.1:${port}/`);
    coordinator.draw = () => [test];
    const done = await probe.json('once');
    expect(done.stored).toEqual([test.id]);
    const [result] = coordinator.received.get(test.id) ?? [];
    expect(result).toMatchObject({ ticket: test.ticket, target: test.target, drawnAt: test.drawnAt });
    expect(result?.arms.map((a) => [a.arm, a.end])).toEqual([
      ['A', { kind: 'failed', phase: 'tcp', class: 'refused' }],
      ['B', { kind: 'failed', phase: 'tcp', class: 'refused' }],
    ]);
    expect(coordinator.workRequests[0]).toMatchObject({ kinds: ['platform'] });
    expect(await probe.spooled()).toEqual([]);
  });

  it.each(['by another key', 'not at all', 'for another request'] as const)(
    'that is signed %s is not touched',
    async (signing) => {
      await joined({ TARGET_ALLOW_CIDR: '127.0.0.0/8' });
      coordinator.draw = () => [platformTest(`https://127.0.0.1:${port}/`)];
      coordinator.signing = signing;
      const { code, stderr } = await probe.run('once');
      expect(code).toBe(1);
      expect(stderr).toMatch(/signature|signed/);
      expect(coordinator.received.size).toBe(0);

      const running = probe.start('run');
      await until('status says why', async () => {
        const { notMeasuring } = (await probe.json('status')) as { notMeasuring: { code: string } | null };
        return notMeasuring?.code === 'coordinator-untrusted';
      });
      running.child.kill('SIGTERM');
      expect((await running.ended).code).toBe(0);
      expect(coordinator.received.size).toBe(0);
    },
  );

  it.each<[string, (port: number) => DrawnTest]>([
    ['loopback', (p) => platformTest(`https://127.0.0.1:${p}/`)],
    ['loopback in other clothes', (p) => platformTest(`https://0x7f.1:${p}/`)],
    ['a private network', () => platformTest('https://192.168.1.1/')],
    ['cloud metadata', () => platformTest('https://169.254.169.254/latest/meta-data')],
    ['IPv6 loopback', (p) => platformTest(`https://[::1]:${p}/`)],
    ['a local name', (p) => platformTest(`https://localhost:${p}/`)],
  ])('aimed at %s is refused, and said so', async (_name, draw) => {
    await joined({});
    const test = draw(port);
    coordinator.draw = () => [test];
    const { code, stderr } = await probe.run('once');
    expect(code).toBe(0);
    expect(stderr).toContain('refused');
    const [result] = coordinator.received.get(test.id) ?? [];
    expect(result?.arms.map((a) => a.end)).toEqual(
      Array(2).fill({ kind: 'aborted', reason: 'forbidden-target' }),
    );
  });

  it('of a kind that was not agreed to is refused', async () => {
    await joined({ TARGET_ALLOW_CIDR: '127.0.0.0/8' });
    const trust = { kind: 'pins' as const, pins: [`${'A'.repeat(43)}=`] };
    const base = platformTest('https://platform.example.org/', { kind: 'swap', control: null });
    const connect = { address: '127.0.0.1', port };
    const arms = base.arms.map((a, i) => ({
      ...a,
      arm: i === 0 ? ('C' as const) : ('D' as const),
      connect,
      trust,
    }));
    coordinator.draw = () => [{ ...base, arms }];
    const { stderr } = await probe.run('once');
    expect(stderr).toContain('no consent to swap');
  });

  it('that its coordinator does not tell everybody of is refused', async () => {
    await joined({ TARGET_ALLOW_CIDR: '127.0.0.0/8' });
    const [told, secret] = ['a', 'b'].map((path) => platformTest(`https://127.0.0.1:${port}/${path}`));
    coordinator.draw = () => [told, secret] as DrawnTest[];
    coordinator.list = (drawn) => drawn.filter(({ id }) => id !== secret?.id);
    const { stderr } = await probe.run('once');
    expect(stderr).toContain('not on the public list');
    const ends = (test: DrawnTest | undefined) =>
      coordinator.received.get(test?.id ?? '')?.[0]?.arms.map(({ end }) => end.kind);
    expect(ends(told)).toEqual(['failed', 'failed']);
    expect(ends(secret)).toEqual(['aborted', 'aborted']);
    // Asked for once: it has not changed since.
    await probe.run('once');
    expect(coordinator.asked('/v1/catalogue')).toBe(1);
  });

  it('that is not of the agreed form is refused as a whole', async () => {
    await joined({});
    coordinator.draw = () => [platformTest('http://example.org/')];
    const { code, stderr } = await probe.run('once');
    expect(code).toBe(1);
    expect(stderr).toContain('agreed form');
  });
});
