import { describe, expect, it } from 'vitest';
import { type Seat, slowAt, smallWorld, WORLD_START } from '../../../tests/support/small-world.js';
import { judgeTarget } from './judge-target.js';
import { DEFAULT_PARAMETERS } from './parameters.js';
import { transition } from './transition.js';
import type { Unit } from './types.js';

const PERIOD = DEFAULT_PARAMETERS.periodMs;
const START = WORLD_START;
const PERIODS = 60;

/** Two ASNs of two probes in each of four countries, slow where this says so, or by chance. */
function world(slow: (country: string, probe: number, period: number) => boolean): Unit[] {
  const shows = ({ country, probe, period }: Seat) => (slow(country, probe, period) ? slowAt(140_000) : {});
  return smallWorld({ periods: PERIODS, shows });
}

const AT = (START + PERIODS) * PERIOD - 1;
const judge = (units: Unit[]) => judgeTarget(units, [], DEFAULT_PARAMETERS, AT);
const alarms = (units: Unit[]) => judge(units).filter((verdict) => verdict.alarms.length > 0);

describe('judgement of a small world', () => {
  it('finds the throttled country, and nobody else', () => {
    const found = alarms(world((country, _probe, period) => country === 'FR' && period >= 20));
    expect([...new Set(found.map(({ country }) => country))]).toEqual(['FR']);
    const [country] = found.filter(({ asn }) => asn === null);
    expect(country?.state).toBe('throttled');
    expect(country?.open?.period).toBeLessThanOrEqual(START + 36);
    expect(country?.since?.rate?.medianBps).toBe(140_000);
  });

  it('names a network of an open incident sooner than it would speak for itself', () => {
    // Three of the country's four subnets in one network: a network of two is never witnessed.
    const units = world((country, _probe, period) => country === 'FR' && period >= 20).map((unit) => ({
      ...unit,
      asn: unit.country === 'FR' && unit.subnet !== 'FR 3' ? 64_500 : unit.asn,
    }));
    const verdicts = judge(units).filter((verdict) => verdict.country === 'FR');
    const [country, network] = [null, 64_500].map((asn) => verdicts.find((verdict) => verdict.asn === asn));
    const alarm = network?.alarms[0];
    expect(country?.alarms[0]?.logThreshold).toBeCloseTo(Math.log(DEFAULT_PARAMETERS.threshold));
    expect(alarm?.at).toBeGreaterThan(country?.alarms[0]?.at ?? Number.POSITIVE_INFINITY);
    expect(alarm?.logThreshold).toBeLessThan(Math.log(DEFAULT_PARAMETERS.threshold));
    expect(alarm?.logR).toBeGreaterThanOrEqual(alarm?.logThreshold ?? Number.POSITIVE_INFINITY);
  });

  it('raises nothing for one liar, one slow line, or a platform that is slow everywhere', () => {
    expect(alarms(world((country, probe) => country === 'FR' && probe === 1))).toEqual([]);
    expect(alarms(world((_country, _probe, period) => period >= 30))).toEqual([]);
  });

  it('calls a platform that is slow everywhere an outage, also while a period has only begun', () => {
    const everywhere = world((_country, _probe, period) => period >= 56);
    const begun = everywhere.filter(({ period }) => period < START + PERIODS - 1);
    const first = everywhere.filter(({ id }) => [0, 4].some((seat) => id === `${PERIODS - 1}-00${seat}`));
    for (const units of [everywhere, [...begun, ...first]]) {
      const states = judge(units).filter(({ asn }) => asn === null);
      expect(states.map(({ state }) => state)).toEqual(Array(4).fill('platform-outage'));
    }
    const ended = world((_country, _probe, period) => period >= 40 && period < 50);
    expect(judge(ended).filter(({ state }) => state === 'platform-outage')).toEqual([]);
  });

  it('suspects by own history, and says so, where there is nobody to compare with', () => {
    const alone = (slow: Parameters<typeof world>[0]) =>
      judge(world(slow).filter(({ country }) => country === 'FR')).find(({ asn }) => asn === null);
    const now = alone((_country, _probe, period) => period >= 54);
    expect(now).toMatchObject({ state: 'suspected', reason: expect.stringContaining('own history') });
    expect(now?.alarms).toEqual([]);
    expect(alone(() => false)?.state).toBe('insufficient');
    expect(alone((_country, probe, period) => probe === 1 && period >= 54)?.state).toBe('insufficient');
  });

  it('says the same in whatever order units come, and however often', () => {
    const units = world((country, _probe, period) => country === 'FR' && period >= 20);
    expect(judge([...units].reverse().concat(units))).toEqual(judge(units));
  });

  it('opens one incident, says nothing new when run again, and ends it when it is lifted', () => {
    const context = {
      source: 'network',
      target: 'twitter',
      historical: false,
      at: AT,
      parameters: DEFAULT_PARAMETERS,
    };
    const of = (units: Unit[]) => {
      const verdicts = judge(units).filter(({ country }) => country === 'FR');
      return [
        verdicts.filter(({ asn }) => asn === null)[0],
        verdicts.filter(({ asn }) => asn !== null),
      ] as const;
    };
    const [country, asns] = of(world((place, _probe, period) => place === 'FR' && period >= 20));
    const opened = transition(null, country as NonNullable<typeof country>, asns, context);
    expect(opened.events.map(({ type }) => type)).toEqual(['detected']);
    expect(transition(opened.incident, country as NonNullable<typeof country>, asns, context).events).toEqual(
      [],
    );
    const [after, theirs] = of(
      world((place, _probe, period) => place === 'FR' && period >= 5 && period < 35),
    );
    const ended = transition(
      opened.incident && { ...opened.incident, detectedAt: new Date((START + 6) * PERIOD).toISOString() },
      after as NonNullable<typeof after>,
      theirs,
      context,
    );
    expect(ended.incident).toMatchObject({ status: 'resolved', resolvedReason: 'lifted' });
  });
});
