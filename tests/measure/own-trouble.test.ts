import { systemClock } from '@brakelight/probe-agent/measure/clock';
import { describe, expect, it } from 'vitest';
import { drawnArm, measureArm, measureArms } from './support/engine.js';
import { head, tlsFarEnd } from './support/far-end.js';

describe.concurrent("the probe's own trouble is no evidence", () => {
  // A busy machine is a trouble of its own, which is told first.
  it('shutdown ends the arm and runs no other', { retry: 4 }, async () => {
    const shutdown = new AbortController();
    const far = await tlsFarEnd(() => shutdown.abort());
    const arms = [drawnArm(far.port, [far.pin]), drawnArm(far.port, [far.pin], { arm: 'B' })];
    const seen = await measureArms(arms, { signal: shutdown.signal });
    expect(seen.map(({ end }) => end)).toEqual([{ kind: 'aborted', reason: 'shutdown' }]);
  });

  it('a control that sends its visitors elsewhere is a captive portal', async () => {
    const far = await tlsFarEnd((s) =>
      s.write(head(302, { location: 'http://login.hotel.example/', 'content-length': 0 })),
    );
    const seen = await measureArm(drawnArm(far.port, [far.pin], { arm: 'B' }));
    expect(seen.end).toEqual({ kind: 'aborted', reason: 'captive-portal' });
  });

  it('a literal address that the operator did not open is not connected to', async () => {
    let connected = false;
    const far = await tlsFarEnd(() => {
      connected = true;
    });
    const seen = await measureArm(drawnArm(far.port, [far.pin]), { allow: [] });
    expect(seen.end).toEqual({ kind: 'aborted', reason: 'forbidden-target' });
    expect(connected).toBe(false);
  });
});

/** One after another: what blocks the event loop blocks all that share it. */
describe('clocks and the event loop', () => {
  it('a blocked event loop has measured itself', async () => {
    const far = await tlsFarEnd((s) => {
      const until = performance.now() + 600;
      while (performance.now() < until);
      s.write(head(200, { 'content-length': 5 }));
      s.write('hello');
    });
    const [seen] = await measureArms([drawnArm(far.port, [far.pin])]);
    expect(seen?.end).toEqual({ kind: 'aborted', reason: 'event-loop' });
    expect(seen?.loopDelayMs).toBeGreaterThan(250);
  });

  it.each([
    ['forward', 60_000],
    ['back', -3_600_000],
  ])('a wall clock that is set %s has no dates to tell', async (_way, jumpMs) => {
    let jumped = 0;
    const clock = { ...systemClock, wall: () => Date.now() + jumped };
    const far = await tlsFarEnd(() => {
      jumped += jumpMs;
    });
    const seen = await measureArm(drawnArm(far.port, [far.pin]), { clock });
    expect(seen.end).toEqual({ kind: 'aborted', reason: 'clock-jump' });
  });

  it('a machine that slept knows it by the time since boot', async () => {
    let slept = 0;
    const clock = {
      ...systemClock,
      wall: () => Date.now() + slept,
      uptime: () => systemClock.uptime() + slept,
    };
    const far = await tlsFarEnd(() => {
      slept += 3_600_000;
    });
    const seen = await measureArm(drawnArm(far.port, [far.pin]), { clock });
    expect(seen.end).toEqual({ kind: 'aborted', reason: 'suspended' });
  });
});
