import { describe, expect, it } from 'vitest';
import { lowerShare } from './bounds.js';
import { LiftDetector } from './lift-detector.js';
import { DEFAULT_PARAMETERS, type DetectionParameters } from './parameters.js';

const ALARM_PERIOD = 1000;
const ASN = 64_500;
const ELSEWHERE = 0.03;
const seen = (affected: number, units: number) => new Map([[ASN as number | null, { units, affected }]]);

/** A unit of one group, amid a period. */
function unit(group: number, period: number, { periodMs } = DEFAULT_PARAMETERS) {
  return { period, asn: ASN, measuredAt: (period + 0.1 * (group + 1)) * periodMs };
}

/** Periods after the alarm until the end is seen; `null` where it is not within 96. */
function endAfter(
  groups: readonly ('free' | 'slow')[],
  since: { units: number; affected: number },
  parameters: DetectionParameters = DEFAULT_PARAMETERS,
): number | null {
  const lift = new LiftDetector(parameters, ALARM_PERIOD, seen(since.affected, since.units));
  for (let round = 1; round <= 96; round++) {
    for (const [group, state] of groups.entries()) {
      const logR = lift.add(group, unit(group, ALARM_PERIOD + round), state === 'slow', ELSEWHERE);
      if (logR !== null && logR >= Math.log(parameters.liftThreshold)) return round;
    }
  }
  return null;
}

describe('end of a throttle', () => {
  it('is seen within hours where everybody is free again', () => {
    expect(endAfter(['free', 'free', 'free', 'free'], { units: 17, affected: 17 })).toBeLessThanOrEqual(6);
  });

  it.each([
    ['one of four', ['slow', 'free', 'free', 'free'], 8],
    ['two of eight', ['slow', 'free', 'free', 'free', 'slow', 'free', 'free', 'free'], 8],
  ] as const)('is seen although %s, which f allows to lie, goes on to be slow', (_name, groups, rounds) => {
    const units = 17;
    expect(endAfter(groups, { units, affected: units })).toBeLessThanOrEqual(rounds);
  });

  it('is not seen where one of three goes on to be slow: without f of the others it is one against one', () => {
    expect(endAfter(['free', 'free', 'slow'], { units: 17, affected: 17 })).toBeNull();
  });

  it('is not seen while as many as before are affected', () => {
    expect(endAfter(['slow', 'slow', 'slow', 'slow'], { units: 17, affected: 17 })).toBeNull();
    expect(endAfter(['slow', 'slow', 'free', 'free'], { units: 200, affected: 100 })).toBeNull();
  });

  it('is not to be had by f groups, whatever else is silent', () => {
    expect(endAfter(['free'], { units: 17, affected: 17 })).toBeNull();
  });

  it('is promised no more often than once in so many starts: exactly, over every course of twelve units', () => {
    const threshold = 10;
    const parameters = { ...DEFAULT_PARAMETERS, plain: true, trim: 0, liftThreshold: threshold };
    const affected = 30;
    const units = 40;
    const perPeriod = 4;
    const starts = 3;
    const lift = () => new LiftDetector(parameters, ALARM_PERIOD, seen(affected, units));
    // The null at its edge: units are free as often as q0, that is as the bound of the share since the onset allows.
    const free = 1 - lowerShare(affected, units);
    let ended = 0;
    for (let course = 0; course < 2 ** (perPeriod * starts); course++) {
      const detector = lift();
      let chance = 1;
      let over = false;
      for (let i = 0; i < perPeriod * starts; i++) {
        const isFree = ((course >> i) & 1) === 1;
        chance *= isFree ? free : 1 - free;
        const period = ALARM_PERIOD + Math.floor(i / perPeriod);
        const logR = detector.add(i % perPeriod, unit(i % perPeriod, period), !isFree, ELSEWHERE);
        over ||= logR !== null && logR >= Math.log(threshold);
      }
      if (over) ended += chance;
    }
    expect(ended).toBeGreaterThan(0);
    expect(ended).toBeLessThanOrEqual(starts / threshold);
  });
});
