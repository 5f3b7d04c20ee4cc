import { describe, expect, it } from 'vitest';
import { sampleEvent } from '../../../tests/answers/samples.js';
import { announcementOf, orderOf } from './announce.js';
import { composeAlert } from './message.js';

const suspicion = sampleEvent('detected', 'e1', { grade: 'suspected' });
const faded = sampleEvent('resolved', 'e5', { grade: 'suspected', resolvedReason: 'withdrawn' });
const again = sampleEvent('updated', 'e6', { grade: 'suspected' });
const detected = sampleEvent('detected', 'e2');
const updated = sampleEvent('updated', 'e3');
const resolved = sampleEvent('resolved', 'e4');

describe('what receivers are told', () => {
  it.each([
    ['an incident begins', detected, [], 'throttling.detected', false],
    ['it changes', updated, [detected], 'throttling.updated', false],
    ['it ends', resolved, [detected, updated], 'throttling.resolved', false],
    ['a suspicion', suspicion, [], 'throttling.suspected', true],
    ['a suspicion becomes more', updated, [suspicion], 'throttling.detected', false],
    ['a suspicion fades', faded, [suspicion], 'throttling.resolved', true],
    ['a suspicion is back', again, [suspicion, faded], 'throttling.suspected', true],
    [
      'it ends after it was more than a suspicion',
      resolved,
      [suspicion, updated],
      'throttling.resolved',
      false,
    ],
  ])('%s', (_name, event, earlier, type, only) => {
    expect(announcementOf(event, earlier)).toEqual({ type, suspicion: only });
  });

  it('nothing of an end where the beginning was not told', () => {
    expect(announcementOf(resolved, [])).toBeNull();
  });

  it('is in order, whatever the times say', () => {
    const late = '2026-03-12T00:00:00.000Z';
    const early = '2026-03-10T00:00:00.000Z';
    expect(orderOf('throttling.detected', late)).toBeLessThan(orderOf('throttling.updated', early));
    expect(orderOf('throttling.updated', early)).toBeLessThan(orderOf('throttling.updated', late));
    expect(orderOf('throttling.updated', late)).toBeLessThan(orderOf('throttling.resolved', early));
  });
});

describe('a message', () => {
  const url = 'https://watch.example/';

  it('says to its reader what happened, and on what evidence', () => {
    const { data } = composeAlert(detected, 'throttling.detected', url);
    expect(data.summary).toBe(
      'twitter is slowed down in Russia (RU) since 2026-03-10 07:00 (onset between 2026-03-10 06:30 and ' +
        '2026-03-10 07:30 UTC). Of 120 units (at most one for each address block, network and period) 108 are ' +
        'affected, 90 % (95 % interval 85 % to 96 %), from 140 tests in 17 independent subnets of 5 networks. ' +
        'The rate is 109 kbit/s (half of the affected units between 100 kbit/s and 115 kbit/s); the control had ' +
        '23.4 Mbit/s. Only the platform itself was compared with a control: one bad peering can look the same. ' +
        'Held back: downloads; that uploads are, too, was not shown. What is over the rate is dropped (policing).',
    );
    expect(data.evidenceUrl).toBe('https://watch.example/v1/incidents/01J0000000000000000000000A/evidence');
    expect(data.incident.evidenceUrl).toBe(data.evidenceUrl);
  });

  it('says which way bytes are held back, where any are carried', () => {
    const said = (change: Parameters<typeof sampleEvent>[2]) =>
      composeAlert(sampleEvent('detected', 'e7', change), 'throttling.detected', url).data.summary;
    expect(said({ direction: 'upload' })).toContain(
      'Held back: uploads; that downloads are, too, was not shown.',
    );
    expect(said({ direction: 'both' })).toContain('Held back: downloads and uploads.');
    expect(said({ kind: 'blocked' })).not.toContain('Held back');
  });

  it('says what changed', () => {
    const lost = { ...updated, reason: 'Observation is lost: no valid test any more.' };
    expect(composeAlert(lost, 'throttling.updated', url).data.summary).toMatch(
      / What changed: Observation is lost: no valid test any more\.$/,
    );
    expect(composeAlert(detected, 'throttling.detected', url).data.summary).not.toContain('What changed');
  });

  it('says how it ended', () => {
    const { data } = composeAlert(resolved, 'throttling.resolved', url);
    expect(data.summary).toMatch(/^twitter in Russia \(RU\): it is normal again\. It was slowed down since/);
  });

  it('does not make more of a suspicion than it is', () => {
    const said = composeAlert(suspicion, 'throttling.suspected', url).data.summary;
    expect(said).toMatch(/^twitter may be slowed down in Russia \(RU\) since .* This is a suspicion only\./);
    const ended = composeAlert(faded, 'throttling.resolved', url).data.summary;
    expect(ended).toMatch(
      /^twitter in Russia \(RU\): the suspicion faded: .* It may have been slowed down since/,
    );
  });

  it('says when it is about the past', () => {
    const past = sampleEvent('detected', 'e5', { source: '4ndv', historical: true });
    expect(composeAlert(past, 'throttling.detected', url).data.summary).toMatch(
      /^Historical data \(4ndv\): twitter was slowed down/,
    );
    const last = sampleEvent('resolved', 'e6', { historical: true, resolvedReason: 'unobserved' });
    expect(composeAlert(last, 'throttling.resolved', url).data.summary).toContain('the data end here');
  });

  it.each([
    ['n', { statistics: { ...detected.incident.statistics, units: 0 } }],
    ['number of subnets', { statistics: { ...detected.incident.statistics, subnets: 0 } }],
    ['rate', { statistics: { ...detected.incident.statistics, rate: null } }],
    [
      'interval',
      {
        statistics: {
          ...detected.incident.statistics,
          share: { estimate: 0.9, lower: Number.NaN, upper: 1 },
        },
      },
    ],
    ['evidence', { evidenceUrl: '' }],
  ])('is not sent without its %s', (name, change) => {
    const event = sampleEvent('detected', 'e6', change);
    expect(() => composeAlert(event, 'throttling.detected', url)).toThrow(`no ${name}`);
  });
});
