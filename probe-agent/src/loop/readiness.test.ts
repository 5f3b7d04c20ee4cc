import { describe, expect, it } from 'vitest';
import { type Facts, whyNotMeasuring } from './readiness.js';

const now = Date.parse('2026-11-01T12:00:00Z');
const ready: Facts = {
  now,
  joined: true,
  kinds: ['platform'],
  outdated: [],
  pause: undefined,
  used: { day: 0, month: 0 },
  limits: { perDay: 50e6, perMonth: 1e9 },
  leftNow: 20e6,
  spoolBytes: 0,
  spoolMaxBytes: 1e6,
  failure: null,
  running: true,
};
const since = '2026-11-01T11:00:00.000Z';
const failure = { kind: 'unreachable', since, detail: 'nobody answers', retryAt: since } as const;

describe('whyNotMeasuring', () => {
  it('has nothing to say of a ready probe', () => expect(whyNotMeasuring(ready)).toBeUndefined());

  it.each<[string, Partial<Facts>, string]>([
    ['not-joined', { joined: false, kinds: [] }, 'has not joined'],
    ['consent-missing', { kinds: [], outdated: [] }, 'have not agreed'],
    ['consent-missing', { kinds: [], outdated: ['swap'] }, 'has changed (swap)'],
    ['paused', { pause: { since, until: null }, failure }, 'until you resume'],
    ['paused', { pause: { since, until: '2026-11-01T13:00:00.000Z' } }, 'until 2026-11-01T13'],
    ['budget-day', { used: { day: 49.9e6, month: 49.9e6 } }, '2026-11-02T00:00:00.000Z'],
    ['budget-month', { used: { day: 0, month: 1e9 } }, '2026-12-01T00:00:00.000Z'],
    ['budget-pace', { used: { day: 30e6, month: 30e6 }, leftNow: 100 }, 'spread over the day'],
    ['spool-full', { spoolBytes: 1e6 }, 'wait for the coordinator'],
    ['coordinator-unreachable', { failure }, 'nobody answers'],
    ['not-running', { running: false }, 'brakelight-probe run'],
  ])('%s', (code, change, text) => {
    const why = whyNotMeasuring({ ...ready, ...change });
    expect(why?.code).toBe(code);
    expect(why?.text).toContain(text);
  });

  it('forgets a pause that is over', () => {
    expect(
      whyNotMeasuring({ ...ready, pause: { since, until: '2026-11-01T12:00:00.000Z' } }),
    ).toBeUndefined();
  });
});
