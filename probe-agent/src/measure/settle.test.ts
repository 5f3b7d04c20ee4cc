import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.js';
import { SETTLED_MS, settle } from './settle.js';

const never = new AbortController().signal;

/** Settles over handshakes of these times, the last one for ever. @returns how many were made, in how long */
async function settled(times: number[], roundTripMs: number, signal = never) {
  let made = 0;
  const since = systemClock.monotonic();
  const handshake = async (limitMs: number) => {
    expect(limitMs).toBeLessThanOrEqual(SETTLED_MS);
    return times[Math.min(made++, times.length - 1)] ?? Number.NaN;
  };
  await settle(handshake, roundTripMs, systemClock, signal);
  return { made, ms: systemClock.monotonic() - since };
}

describe('settle', () => {
  it('goes on at once where there is no queue', async () => expect((await settled([41], 40)).made).toBe(1));

  it('waits for the queue to drain', async () => {
    const { made, ms } = await settled([1_600, 800, 61, 59], 40);
    expect(made).toBe(4);
    expect(ms).toBeGreaterThanOrEqual(290);
  });

  it('allows a short round trip its noise', async () => expect((await settled([17, 16], 2)).made).toBe(1));

  it('waits no longer than 2 s, and knocks about 20 times', async () => {
    const { made, ms } = await settled([1_600], 40);
    expect(ms).toBeGreaterThanOrEqual(SETTLED_MS - 10);
    expect(made).toBeGreaterThan(1);
    expect(made).toBeLessThanOrEqual(22);
  });

  it('does not knock for a probe that shuts down', async () =>
    expect((await settled([1_600], 40, AbortSignal.abort())).made).toBe(0));
});
