import type { Incident, IncidentEvent } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { type Seat, slowAt, smallWorld, WORLD_START } from '../../../tests/support/small-world.js';
import { judgeTarget } from './judge-target.js';
import { DEFAULT_PARAMETERS } from './parameters.js';
import { transition } from './transition.js';
import type { SwapPair, Unit } from './types.js';

const PERIOD = DEFAULT_PARAMETERS.periodMs;
const START = WORLD_START;
const at = (period: number) => (START + period) * PERIOD;

type Class = 'normal' | 'slow' | 'blocked' | 'silent';
/** What a probe of the watched country shows in a period; nobody else is ever affected but by chance. */
type Story = (period: number, probe: number) => Class;

/** What units of each class show. */
const SHOWN: Readonly<Record<Class, Partial<Unit> | null>> = {
  normal: {},
  slow: slowAt(140_000),
  blocked: { slow: false, blocked: true, targetRateBps: null },
  silent: null,
};

function world(periods: number, story: Story): Unit[] {
  const shows = ({ country, probe, period }: Seat) =>
    SHOWN[country === 'FR' ? story(period, probe) : 'normal'];
  return smallWorld({ periods, shows });
}

/** Judges again and again, as a coordinator does. */
class Watch {
  incident: Incident | null = null;
  readonly log: IncidentEvent[] = [];

  /** @param period judged at its end, from what was measured until then, back to `from` */
  judge(units: readonly Unit[], period: number, pairs: readonly SwapPair[] = [], from = 0): IncidentEvent[] {
    const until = at(period + 1);
    const known = units.filter(({ measuredAt }) => measuredAt < until && measuredAt >= at(from));
    const verdicts = judgeTarget(known, pairs, DEFAULT_PARAMETERS, until - 1, START + from);
    const ours = verdicts.filter(({ country }) => country === 'FR');
    const country = ours.find(({ asn }) => asn === null);
    if (country === undefined) throw new Error('nobody measured in FR');
    const context = {
      source: 'network',
      target: 'twitter',
      historical: false,
      at: until - 1,
      parameters: DEFAULT_PARAMETERS,
      names: new Map([[64_496, 'Example Telecom']]),
    };
    const { incident, events } = transition(
      this.incident,
      country,
      ours.filter(({ asn }) => asn !== null),
      context,
    );
    this.incident = incident;
    this.log.push(...events);
    return [...events];
  }

  /** What happened, in short. */
  get told(): string[] {
    return this.log.map(({ type, incident, reason }) =>
      type === 'resolved' ? `resolved ${incident.resolvedReason}` : type === 'updated' ? reason : type,
    );
  }
}

const slowFrom =
  (onset: number, until = Number.POSITIVE_INFINITY): Story =>
  (period) =>
    period >= onset && period < until ? 'slow' : 'normal';

describe('life of an incident', () => {
  it('is detected once, says what it saw, and a re-run changes nothing', () => {
    const units = world(50, slowFrom(20));
    const watch = new Watch();
    watch.judge(units, 45);
    const { incident } = watch;
    expect(watch.told).toEqual(['detected']);
    expect(incident).toMatchObject({
      status: 'open',
      kind: 'slow',
      grade: 'slowed',
      statistics: { rate: { medianBps: 140_000 }, subnets: 4, owners: 4, controlRateBps: 10_000_000 },
    });
    expect(Math.abs(Date.parse(incident?.onsetAt ?? '') - at(20))).toBeLessThanOrEqual(PERIOD);
    expect(incident?.asns[0]?.name).toBe('Example Telecom');
    expect(incident?.confounders.map(({ name, ruledOut }) => [name, ruledOut])).toEqual([
      ['platform-outage', true],
      ['local-congestion', true],
      ['one-subnet', true],
      ['own-history', true],
    ]);
    expect(watch.judge(units, 45)).toEqual([]);
    expect(watch.incident).toEqual(incident);
  });

  it('does not claim to have ruled out what it could not check', () => {
    const watch = new Watch();
    watch.judge(world(40, slowFrom(1)), 30);
    const unchecked = watch.incident?.confounders.filter(({ ruledOut }) => !ruledOut).map(({ name }) => name);
    expect(unchecked).toEqual(['local-congestion', 'own-history']);
  });

  it('is lifted', () => {
    const units = world(90, slowFrom(20, 50));
    const watch = new Watch();
    for (const period of [40, 60, 80]) watch.judge(units, period);
    expect(watch.told).toEqual(['detected', 'resolved lifted']);
    const ended = Date.parse(watch.incident?.resolvedAt ?? '');
    expect(ended).toBeGreaterThanOrEqual(at(50));
    expect(ended).toBeLessThan(at(62));
  });

  it('tells beginning and end together where it came and went while nobody looked', () => {
    const units = world(90, slowFrom(20, 50));
    const watch = new Watch();
    watch.judge(units, 80);
    watch.judge(units, 85);
    expect(watch.told).toEqual(['detected', 'resolved lifted']);
  });

  it('keeps its id when throttling turns into blocking, and a single blocked unit turns nothing', () => {
    const units = world(90, (period, probe) =>
      period < 20 ? 'normal' : period < 50 ? (period === 45 && probe === 1 ? 'blocked' : 'slow') : 'blocked',
    );
    const watch = new Watch();
    for (const period of [40, 46, 60, 70]) watch.judge(units, period);
    expect(watch.told).toEqual(['detected', 'It turned from slow to blocked.']);
    expect(new Set(watch.log.map(({ incidentId }) => incidentId)).size).toBe(1);
    expect(watch.incident).toMatchObject({ kind: 'blocked', status: 'open' });
  });

  it('rises in grade when the name alone makes the difference', () => {
    const units = world(60, slowFrom(20));
    const pairs = Array.from({ length: 40 }, (_, i): SwapPair => {
      const [period, probe] = [46 + (i >> 2), i & 3];
      const who = {
        country: 'FR',
        asn: 64_496 + (probe >> 1),
        subnet: `FR ${probe}`,
        owner: `owner of FR ${probe}`,
        direction: 'download' as const,
      };
      return { id: `p${i}`, measuredAt: at(period) + 60_000 + i, period: START + period, ...who, gain: 1 };
    });
    const watch = new Watch();
    watch.judge(units, 45);
    watch.judge(units, 58, pairs);
    expect(watch.told).toEqual(['detected', 'The grade rose from slowed to sni-triggered.']);
    expect(watch.judge(units, 59, pairs)).toEqual([]);
    expect(watch.incident).toMatchObject({ direction: 'download' });
    watch.judge(
      units,
      59,
      pairs.map((pair) => ({ ...pair, direction: 'upload' })),
    );
    expect(watch.incident).toMatchObject({ direction: 'both' });
  });

  it('tells of each further network once', () => {
    const units = world(100, (period, probe) =>
      probe < 2 ? (period >= 10 ? 'slow' : 'normal') : period >= 60 ? 'slow' : 'normal',
    ).map((unit) =>
      unit.country === 'FR' ? { ...unit, asn: Number(unit.id.slice(-2)) < 2 ? 64_496 : 64_497 } : unit,
    );
    const more = [...units, ...units.filter(({ country }) => country === 'FR').map((unit) => twin(unit))];
    const watch = new Watch();
    for (let period = 40; period < 100; period += 10) watch.judge(more, period);
    expect(watch.told).toEqual(['detected', 'Seen in AS64497, too.']);
  });

  it('says when observation is lost, when it is back, and ends after a week of silence', () => {
    const units = world(60, (period) =>
      period < 20 ? 'normal' : period < 45 || period >= 55 ? 'slow' : 'silent',
    );
    const watch = new Watch();
    for (const period of [44, 48, 52, 53, 58]) watch.judge(units, period);
    expect(watch.told).toEqual([
      'detected',
      'Observation is lost: no valid test any more.',
      'Valid tests come again.',
    ]);
    watch.judge(units, 59 + 7);
    expect(watch.incident?.status).toBe('observation-lost');
    watch.judge(units, 60 + 8 * 48);
    expect(watch.told.slice(3)).toEqual([
      'Observation is lost: no valid test any more.',
      'resolved unobserved',
    ]);
    expect(watch.judge(units, 62 + 8 * 48)).toEqual([]);
  });

  it('is withdrawn when late uploads contradict it, and found when late uploads bring it', () => {
    const quiet = (_period: number, probe: number): Class => (probe === 0 ? 'normal' : 'silent');
    const late = world(60, slowFrom(20));
    const watch = new Watch();
    watch.judge(late, 45);
    const elsewhere = late.map((unit) => ({ ...unit, slow: unit.period >= START + 20 || unit.slow }));
    watch.judge(elsewhere, 46);
    expect(watch.told).toEqual(['detected', 'resolved withdrawn']);
    const second = new Watch();
    second.judge(world(60, quiet), 45);
    expect(second.told).toEqual([]);
    second.judge(late, 45);
    expect(second.told).toEqual(['detected']);
  });

  it('opens again within the hold time, and begins anew after it', () => {
    const again = world(120, (period) => ((period >= 20 && period < 50) || period >= 75 ? 'slow' : 'normal'));
    const watch = new Watch();
    for (const period of [40, 70, 100]) watch.judge(again, period);
    expect(watch.told).toEqual(['detected', 'resolved lifted', 'It began again.']);
    expect(new Set(watch.log.map(({ incidentId }) => incidentId)).size).toBe(1);
    const anew = world(180, (period) => ((period >= 20 && period < 50) || period >= 130 ? 'slow' : 'normal'));
    const other = new Watch();
    for (const period of [40, 70, 160]) other.judge(anew, period);
    expect(other.told).toEqual(['detected', 'resolved lifted', 'detected']);
    expect(new Set(other.log.map(({ incidentId }) => incidentId)).size).toBe(2);
  });

  it('keeps id and onset when it outlives the window', () => {
    const units = world(260, slowFrom(20));
    const watch = new Watch();
    watch.judge(units, 45);
    const first = watch.incident;
    for (const period of [120, 180, 259]) watch.judge(units, period, [], period - 95);
    expect(watch.told).toEqual(['detected']);
    expect(watch.incident).toMatchObject({
      id: first?.id,
      onsetAt: first?.onsetAt,
      detectedAt: first?.detectedAt,
    });
  });

  it('gives each transition an id of its own, and the same one when it is worked out again', {
    timeout: 60_000,
  }, () => {
    const story: Story = (period) => {
      const spell = Math.floor(period / 30) % 2 === 1;
      return spell ? 'slow' : 'normal';
    };
    const units = world(160, story);
    const run = () => {
      const watch = new Watch();
      for (let period = 25; period < 160; period += 25) watch.judge(units, period);
      return watch.log;
    };
    const log = run();
    expect(log.length).toBeGreaterThanOrEqual(4);
    expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
    expect(run()).toEqual(log);
    const times = log.map((event) => event.at);
    expect(times).toEqual([...times].sort());
    expect(new Set(times).size).toBe(times.length);
  });

  it('says the same again when it died before the new state was saved, though more came in', () => {
    const units = world(90, slowFrom(20, 50));
    const watch = new Watch();
    watch.judge(units, 40);
    const saved = watch.incident;
    const [first] = watch.judge(units, 65);
    watch.incident = saved;
    const [second] = watch.judge(units, 66);
    expect(second?.id).toBe(first?.id);
  });
});

/** The same from another subnet of another owner. */
function twin(unit: Unit): Unit {
  return { ...unit, id: `${unit.id} twin`, subnet: `${unit.subnet} twin`, owner: `${unit.owner} twin` };
}

describe('a suspicion', () => {
  /** Judged after every period. */
  function followed(story: Story, periods: number): Watch {
    const units = world(periods, story);
    const watch = new Watch();
    for (let period = 20; period < periods; period++) watch.judge(units, period);
    return watch;
  }
  const grades = ({ log }: Watch) => log.map(({ type, incident }) => `${type} ${incident.grade}`);

  it('is opened first, and becomes the incident under the same id', () => {
    const watch = followed(slowFrom(24), 40);
    expect(grades(watch)).toEqual(['detected suspected', 'updated slowed']);
    expect(new Set(watch.log.map(({ incidentId }) => incidentId)).size).toBe(1);
    const [first, second] = watch.log;
    expect(first?.incident.summary).toMatch(/^twitter may be slow in FR/);
    expect(first?.incident.statistics.logR).toBeLessThan(first?.incident.statistics.logA ?? 0);
    expect(second?.reason).toMatch(/^What was suspected is beyond doubt: twitter is slow in FR/);
    expect(Date.parse(second?.incident.detectedAt ?? '')).toBeGreaterThan(
      Date.parse(first?.incident.detectedAt ?? ''),
    );
  });

  it('fades once, long after it was last seen, and says so in its own words', () => {
    const brief = slowFrom(24, 29);
    const watch = followed(brief, 130);
    expect(grades(watch)).toEqual(['detected suspected', 'resolved suspected']);
    expect(watch.log[1]?.incident.resolvedReason).toBe('withdrawn');
    expect(watch.log[1]?.reason).toMatch(/^The suspicion faded/);
    expect(Date.parse(watch.log[1]?.at ?? '')).toBeGreaterThan(at(29));
  });

  it('says the same when worked out again, from whatever was saved', () => {
    const units = world(40, slowFrom(24, 29));
    const watch = new Watch();
    watch.judge(units, 23);
    expect(watch.incident).toBeNull();
    const [first] = watch.judge(units, 28);
    expect(first?.incident.grade).toBe('suspected');
    expect(watch.judge(units, 28)).toEqual([]);
    watch.incident = null;
    expect(watch.judge(units, 28)).toEqual([first]);
  });
});
