import type { Confounder } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import {
  alarmAfter,
  type Seat,
  slowAt,
  smallWorld,
  WORLD_START,
} from '../../../tests/support/small-world.js';
import type { CellVerdict } from './cell-verdict.js';
import { confounders } from './confounders.js';
import { judgeTarget } from './judge-target.js';
import { DEFAULT_PARAMETERS } from './parameters.js';
import { sinceOnset } from './since.js';
import type { Unit } from './types.js';

const PERIODS = 40;

/** What is said of another explanation where France is slow from period 20 on, and a world shows this. */
function check(
  name: Confounder['name'],
  shows: (seat: Seat) => Partial<Unit> | null,
  sybilNumber: number | null = null,
  known: Partial<CellVerdict> = {},
): Confounder | undefined {
  const at = (WORLD_START + PERIODS) * DEFAULT_PARAMETERS.periodMs - 1;
  const units = smallWorld({ periods: PERIODS, shows });
  const verdicts = judgeTarget(units, [], DEFAULT_PARAMETERS, at);
  const verdict = verdicts.find(({ country, asn }) => country === 'FR' && asn === null);
  if (verdict === undefined) throw new Error('nobody measured in FR');
  const alarm = alarmAfter(WORLD_START + 20);
  const seen = sinceOnset(verdict.units, alarm, Number.POSITIVE_INFINITY, DEFAULT_PARAMETERS);
  const found = confounders({ ...verdict, ...known }, { ...seen, direction: 'download', sybilNumber });
  return found.find((one) => one.name === name);
}

const isSlow = ({ country, period }: Seat) => country === 'FR' && period >= 20;
const throttled = (seat: Seat) => (isSlow(seat) ? slowAt(140_000) : {});
const nobodyBefore = (seat: Seat) => (seat.country === 'FR' && seat.period < 18 ? null : throttled(seat));

describe('another explanation', () => {
  it('is an outage of the platform where it fails in the other countries, too', () => {
    expect(check('platform-outage', throttled)).toMatchObject({
      ruledOut: true,
      finding: expect.stringContaining('in 3 other countries (12 subnets)'),
    });
    const outage = (seat: Seat) => (seat.period >= PERIODS - 1 ? slowAt(140_000) : throttled(seat));
    expect(check('platform-outage', outage)?.ruledOut).toBe(false);
    const alone = (seat: Seat) => (seat.country === 'FR' ? throttled(seat) : null);
    expect(check('platform-outage', alone)?.ruledOut).toBe(false);
    expect(check('platform-outage', throttled, null, { outside: null })).toMatchObject({
      ruledOut: false,
      finding: 'Nothing is known of other countries.',
    });
  });

  it('is local congestion where the control has less than half of what it had', () => {
    const control = (controlRateBps: number) => (seat: Seat) =>
      isSlow(seat) ? { ...slowAt(140_000), controlRateBps } : {};
    expect(check('local-congestion', control(8_000_000))?.ruledOut).toBe(true);
    expect(check('local-congestion', control(3_000_000))).toMatchObject({
      ruledOut: false,
      finding: 'The control has a median of 3000 kbit/s; before the onset it had 10000 kbit/s.',
    });
    expect(check('local-congestion', nobodyBefore)?.ruledOut).toBe(false);
  });

  it('is one subnet, or one owner, where there are no others', () => {
    const said = (sybilNumber: number | null) => check('one-subnet', throttled, sybilNumber)?.finding;
    expect(check('one-subnet', throttled)?.ruledOut).toBe(true);
    expect(said(null)).toBe('4 subnets of 4 owners.');
    expect(said(0)).toBe('4 subnets of 4 owners.');
    expect(said(1)).toBe('4 subnets of 4 owners; it stands without the most telling one.');
    expect(said(2)).toBe('4 subnets of 4 owners; it stands without the 2 most telling.');
    const oneOwner = (seat: Seat) => ({ ...throttled(seat), ...(seat.country === 'FR' && { owner: 'one' }) });
    expect(check('one-subnet', oneOwner)?.ruledOut).toBe(false);
    const two = (seat: Seat) => (seat.country === 'FR' && seat.probe > 1 ? null : throttled(seat));
    expect(check('one-subnet', two)?.ruledOut).toBe(false);
  });

  it('is what was always so where as much was affected before', () => {
    expect(check('own-history', throttled)?.ruledOut).toBe(true);
    const half = ({ country, probe, period }: Seat) =>
      country === 'FR' && (probe + period) % 2 === 0 ? slowAt(140_000) : {};
    expect(check('own-history', half)?.ruledOut).toBe(false);
    // Half of it before, all of it since: more, beyond both bounds.
    expect(check('own-history', (seat) => ({ ...half(seat), ...throttled(seat) }))?.ruledOut).toBe(true);
    expect(check('own-history', nobodyBefore)).toMatchObject({
      ruledOut: false,
      finding: '8 units before the onset: too few to tell.',
    });
  });
});
