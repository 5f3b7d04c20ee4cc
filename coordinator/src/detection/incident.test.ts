import type { Incident, PairMechanism } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { pairAfter, type Seat, slowAt, smallWorld, WORLD_START } from '../../../tests/support/small-world.js';
import { Random } from '../simulation/random.js';
import { judgeTarget } from './judge-target.js';
import { DEFAULT_PARAMETERS } from './parameters.js';
import { transition } from './transition.js';
import type { SwapPair, Unit } from './types.js';

const PERIOD = DEFAULT_PARAMETERS.periodMs;
const instant = (period: number) => new Date((WORLD_START + period) * PERIOD).toISOString();

/** What is said of France when a world is judged at its end, for the first time. */
function told(units: readonly Unit[], pairs: readonly SwapPair[] = []): Incident {
  const at = ((units.at(-1)?.period ?? 0) + 1) * PERIOD - 1;
  const verdicts = judgeTarget(units, pairs, DEFAULT_PARAMETERS, at).filter(
    ({ country }) => country === 'FR',
  );
  const country = verdicts.find(({ asn }) => asn === null);
  if (country === undefined) throw new Error('nobody measured in FR');
  const asns = verdicts.filter(({ asn }) => asn !== null);
  const context = {
    source: 'network',
    target: 'twitter',
    historical: false,
    at,
    parameters: DEFAULT_PARAMETERS,
  };
  const { incident } = transition(null, country, asns, context);
  if (incident === null) throw new Error('no incident');
  return incident;
}

const ONSET = 20;
const isFrench = ({ country }: { readonly country: string | null }) => country === 'FR';
const throttled = (seat: Seat) => (isFrench(seat) && seat.period >= ONSET ? slowAt(140_000) : {});
const units = smallWorld({ periods: 40, probes: 6, shows: throttled });
/** Swap pairs of France, some time after suspicion arose. */
const burst = (shown: (i: number) => Partial<SwapPair>): SwapPair[] =>
  units
    .filter((unit) => isFrench(unit) && unit.period >= WORLD_START + 32)
    .map((unit, i) => pairAfter(unit, shown(i)));

describe('what an incident says', () => {
  it('of what it rests on: as many as there are', () => {
    const incident = told(units.map((unit) => ({ ...unit, tests: 3 })));
    const since = units.filter((unit) => isFrench(unit) && unit.period >= WORLD_START + ONSET);
    expect(incident.statistics).toMatchObject({
      tests: 3 * since.length,
      units: since.length,
      affectedUnits: since.length,
      subnets: 6,
      owners: 6,
      asns: 3,
      share: { estimate: 1, upper: 1 },
      shareWithoutFastest: 1,
      sybilNumber: 3,
      controlRateBps: 10_000_000,
      logA: Math.log(DEFAULT_PARAMETERS.threshold),
    });
    expect(incident.statistics.share.lower).toBeGreaterThan(0.9);
    expect(incident.statistics.logR).toBeGreaterThan(incident.statistics.logA);
    expect(incident.asns).toHaveLength(3);
    expect(incident.summary).toBe(
      'twitter is slow in FR: 100 % of 120 units from 6 subnets, at a median of 140 kbit/s.',
    );
  });

  it('of p0: what the other countries show, and that it comes from them', () => {
    // In the long run one in 23 is slow there; p0 is a bound on it.
    const { p0, p0From } = told(units).statistics;
    expect(p0).toBeGreaterThan(1 / 23);
    expect(p0).toBeLessThan(0.25);
    expect(p0From).toMatch(
      /^same target in 3 other countries, 18 subnets, share 0\.0[45]\d; same period 18 units$/,
    );
  });

  it('of the share: less where a third of the subscribers are spared, and without the fastest more', () => {
    const spared = (seat: Seat) => (seat.probe < 4 ? throttled(seat) : {});
    const { share, shareWithoutFastest } = told(
      smallWorld({ periods: 50, probes: 6, shows: spared }),
    ).statistics;
    // 4 of 6, and by chance one in 23 of the others.
    const truth = 4 / 6 + 2 / 6 / 23;
    expect(share.lower).toBeLessThan(truth);
    expect(share.upper).toBeGreaterThan(truth);
    expect(share.upper - share.lower).toBeLessThan(0.3);
    // f is 1 of six.
    expect(shareWithoutFastest).toBeGreaterThan(share.estimate + 0.08);
  });

  it('of the rate: one of 600 kbit/s on lines of all speeds, and no rate of what was blocked', () => {
    const random = new Random('rates');
    const shows = (seat: Seat) => ({
      ...throttled(seat),
      ...(throttled(seat).slow === true && {
        targetRateBps: Math.round(600_000 * Math.exp(0.1 * random.normal())),
      }),
      controlRateBps: Math.round(10e6 * Math.exp(0.5 * random.normal())),
    });
    const { rate } = told(smallWorld({ periods: 40, probes: 6, shows })).statistics;
    expect(rate?.fixed).toBe(true);
    expect(rate?.medianBps).toBeGreaterThan(570_000);
    expect(rate?.medianBps).toBeLessThan(630_000);
    const blocked = (seat: Seat) =>
      throttled(seat).slow === true ? { blocked: true, targetRateBps: null } : { slow: false };
    expect(told(smallWorld({ periods: 40, probes: 6, shows: blocked }))).toMatchObject({
      kind: 'blocked',
      statistics: { rate: null },
    });
  });

  it('of the onset: the truth lies in its interval in nine of ten, and close to the best guess', () => {
    const RUNS = 30;
    const errors: number[] = [];
    let missed = 0;
    for (let run = 0; run < RUNS; run++) {
      const random = new Random(run, 'onset');
      const truth = (WORLD_START + random.uniform(12, 24)) * PERIOD;
      // Four of five are slow from then on; elsewhere, and before, one in twenty.
      const shows = ({ country, period }: Seat) => {
        const measuredAt = Math.floor((WORLD_START + period + random.uniform(0, 0.999)) * PERIOD);
        const slow = random.chance(country === 'FR' && measuredAt >= truth ? 0.8 : 0.05);
        return { measuredAt, ...(slow ? slowAt(140_000) : { slow: false, targetRateBps: 9_000_000 }) };
      };
      const incident = told(smallWorld({ periods: 40, probes: 6, shows }));
      const [best, earliest, latest] = [
        incident.onsetAt,
        incident.onsetEarliestAt,
        incident.onsetLatestAt,
      ].map(Date.parse) as [number, number, number];
      if (truth < earliest || truth > latest) missed++;
      expect(latest - earliest).toBeLessThanOrEqual(8 * PERIOD);
      errors.push(Math.abs(best - truth) / PERIOD);
    }
    expect(missed / RUNS).toBeLessThanOrEqual(0.1);
    expect(errors.filter((error) => error <= 2).length / RUNS).toBeGreaterThanOrEqual(0.9);
  });

  it('of when: detected with the unit that crossed the threshold, whenever it is judged', () => {
    const until = (period: number) => told(units.filter((unit) => unit.period <= WORLD_START + period));
    const [early, late] = [until(26), until(39)];
    expect(early.detectedAt).toBe(late.detectedAt);
    expect(early.id).toBe(late.id);
    expect(late).toMatchObject({
      onsetAt: instant(ONSET),
      onsetEarliestAt: instant(ONSET - 1),
      onsetLatestAt: instant(ONSET + 1),
      resolvedAt: null,
      resolvedReason: null,
    });
    expect(Date.parse(late.detectedAt)).toBeLessThan(Date.parse(instant(ONSET + 6)));
    const before = (period: number) => () => told(units.filter((unit) => unit.period < WORLD_START + period));
    expect(before(ONSET)).toThrow('no incident');
  });

  it('of the grade: by name only where swap pairs say so after suspicion arose', () => {
    expect(told(units).grade).toBe('slowed');
    expect(
      told(
        units,
        burst(() => ({ gain: 1 })),
      ).grade,
    ).toBe('sni-triggered');
    // Five groups (f is one of six), slower once: the mean of (1 + lambda)^5 is 13.8. Twice: 283.
    const rounds = (count: number) => burst(() => ({ gain: 1 })).slice(0, 6 * count);
    expect([1, 2].map((count) => told(units, rounds(count)).grade)).toEqual(['slowed', 'sni-triggered']);
    const RUNS = 20;
    const coins = Array.from({ length: RUNS }, (_, run) => {
      const random = new Random(run, 'coin');
      return told(
        units,
        burst(() => ({ gain: random.chance(0.5) ? 1 : -1 })),
      ).grade;
    });
    expect(coins.filter((grade) => grade === 'sni-triggered').length / RUNS).toBeLessThanOrEqual(0.05);
    // Those before may be why it was suspected.
    const before = units
      .filter(({ country, period }) => country === 'FR' && Math.abs(period - WORLD_START - ONSET + 0.5) < 1)
      .map((unit) => pairAfter(unit));
    expect(told(units, before).grade).toBe('slowed');
  });

  it.each([
    ['policing', (i: number) => (i % 5 === 0 ? null : 'policing')],
    ['shaping', (i: number) => (i % 4 === 0 ? 'unclear' : 'shaping')],
    [null, (i: number) => (i % 2 === 0 ? 'policing' : 'shaping')],
    [null, () => null],
  ] as const)('of the mechanism: %s, as two thirds of the pairs show', (mechanism, shown) => {
    const pairs = burst((i) => ({ mechanism: shown(i) as PairMechanism | null }));
    const incident = told(units, pairs);
    expect(incident.mechanism).toBe(mechanism);
    const policing = pairs.filter((pair) => pair.mechanism === 'policing').length;
    expect(incident.statistics.mechanismPairs.policing).toBe(policing);
  });

  it.each([
    ['download', (i: number) => (i % 2 === 0 ? 1 : -1)],
    ['both', () => 1],
  ] as const)('of the direction: %s, as pairs of uploads show', (direction, gain) => {
    const uploads = burst((i) => ({ direction: 'upload', gain: gain(i >> 1) }));
    expect(told(units, uploads).direction).toBe(direction);
  });

  it('of each network: its own share, rate and onset', () => {
    // Of three networks of two the second joins later, the third never does.
    const shows = (seat: Seat) => {
      const network = { asn: isFrench(seat) ? 64_500 + Math.floor(seat.probe / 4) : 64_400 };
      const from = [ONSET, ONSET + 15, Number.POSITIVE_INFINITY][Math.floor(seat.probe / 4)] as number;
      const slow = isFrench(seat) && seat.period >= from;
      const rate = seat.probe < 4 ? 140_000 : 300_000;
      return { ...network, ...(slow ? slowAt(rate) : { slow: false, targetRateBps: 9_000_000 }) };
    };
    const { asns } = told(smallWorld({ periods: 60, probes: 12, shows }));
    expect(asns).toMatchObject([
      { asn: 64_500, state: 'throttled', slowShare: 1, rateBps: 140_000, subnets: 4, units: 240 },
      { asn: 64_501, state: 'throttled', slowShare: 1, rateBps: 300_000, subnets: 4, units: 240 },
      { asn: 64_502, state: 'normal', slowShare: 0, rateBps: null, onsetAt: null, subnets: 4 },
    ]);
    expect(asns[0]?.onsetAt).toBe(instant(ONSET));
    expect(asns[1]?.onsetAt).toBe(instant(ONSET + 15));
  });
});
