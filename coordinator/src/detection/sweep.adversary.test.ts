import { describe, expect, it } from 'vitest';
import { Random } from '../simulation/random.js';
import { DEFAULT_PARAMETERS, groupsLeftOut, INDICATORS } from './parameters.js';
import { sweep } from './sweep.js';
import type { SwapPair, Unit } from './types.js';

/** Nobody else need bear witness, and suspicion is enough: what holds here is the leaving out alone. */
const PARAMETERS = {
  ...DEFAULT_PARAMETERS,
  threshold: DEFAULT_PARAMETERS.suspicion,
  minSubnets: 1,
  minOwners: 1,
};
const PERIOD = PARAMETERS.periodMs;
const START = 900_000;
const PERIODS = 16;
const HONEST = 10;
const SUBNETS_PER_LIAR = 2;

const CLASSES = ['slow', 'stalled', 'blocked', 'normal', 'silent'] as const;

/** What a subnet of a liar says in a period, at which moment of it, and the gain that it claims of a swap pair. */
interface Word {
  readonly says: (typeof CLASSES)[number];
  readonly moment: number;
  readonly gain: number | null;
}

/** Words of a liar's subnets, period by period. */
type Plan = readonly (readonly Word[])[];

function unit(country: string, subnet: string, owner: string, period: number, word: Word): Unit {
  return {
    id: `${period} ${subnet}`,
    measuredAt: Math.floor((START + period + word.moment) * PERIOD),
    period: START + period,
    country,
    asn: 64_500,
    subnet,
    owner,
    slow: word.says === 'slow',
    stalled: word.says === 'stalled',
    blocked: word.says === 'blocked',
    targetRateBps: 1_000_000,
    controlRateBps: 10_000_000,
    tests: 1,
  };
}

function pair(of: Unit, gain: number): SwapPair {
  const { measuredAt, period, country, asn, subnet, owner } = of;
  const place = { measuredAt, period, country, asn, subnet, owner };
  return { ...place, id: `pair ${of.id}`, direction: 'download', gain, mechanism: null };
}

interface World {
  readonly units: readonly Unit[];
  readonly pairs: readonly SwapPair[];
}

/** Who runs swap pairs: everybody, or the liars alone. */
type Paired = 'all' | 'liars';

/** Ordinary life here and in three other countries: one unit in fifty is slow, every swap pair is a coin. */
function honestWorld(random: Random, paired: Paired): World {
  const units: Unit[] = [];
  const pairs: SwapPair[] = [];
  for (let period = 0; period < PERIODS; period++) {
    for (const country of ['here', 'A', 'B', 'C']) {
      for (let i = 0; i < HONEST; i++) {
        const says = random.chance(0.02) ? 'slow' : 'normal';
        const name = `${country} ${i}`;
        const one = unit(country, name, name, period, { says, moment: random.uniform(), gain: null });
        units.push(one);
        if (country === 'here' && paired === 'all') pairs.push(pair(one, random.uniform(-1, 1)));
      }
    }
  }
  return { units, pairs };
}

/** Liars speak from the second period on: f is told from the groups there are. */
function withLiars({ units, pairs }: World, plans: readonly Plan[]): World {
  const lies: Unit[] = [];
  const lyingPairs: SwapPair[] = [];
  for (const [liar, plan] of plans.entries()) {
    for (const [i, word] of plan.flat().entries()) {
      if (word.says === 'silent') continue;
      const period = 1 + Math.floor(i / SUBNETS_PER_LIAR);
      const one = unit('here', `liar ${liar} ${i % SUBNETS_PER_LIAR}`, `liar ${liar}`, period, word);
      lies.push(one);
      if (word.gain !== null) lyingPairs.push(pair(one, word.gain));
    }
  }
  return { units: [...units, ...lies], pairs: [...pairs, ...lyingPairs] };
}

/** The largest ln R of the place under attack, and the alarms that were raised. */
function judge({ units, pairs }: World): { logR: number; alarms: number } {
  const found = sweep(units, pairs, PARAMETERS, START, START + PERIODS - 1);
  const country = found.countries.get('here');
  if (country === undefined) throw new Error('nobody is here');
  const sources = [country.evidence, country.cell, ...country.asns.values()];
  const logR = Math.max(
    ...sources.flatMap((source) => INDICATORS.map((one) => source.evidence(one, found.now).logR)),
  );
  const alarms = [country.cell, ...country.asns.values()].reduce((sum, one) => sum + one.alarms.length, 0);
  return { logR, alarms };
}

function drawWord(random: Random): Word {
  const says = random.chance(0.5)
    ? 'slow'
    : (CLASSES[Math.floor(random.uniform(0, CLASSES.length))] ?? 'slow');
  return { says, moment: random.uniform(), gain: random.chance(0.7) ? 1 : random.uniform(-1, 1) };
}

/** Where the search begins: slow, and slow again. */
function stubbornPlan(): Plan {
  const word: Word = { says: 'slow', moment: 0.5, gain: 1 };
  return Array.from({ length: PERIODS - 1 }, () => Array.from({ length: SUBNETS_PER_LIAR }, () => word));
}

/** Changes a few words of one liar, or lets it join (again) later. */
function mutate(plans: readonly Plan[], random: Random): Plan[] {
  const which = Math.floor(random.uniform(0, plans.length));
  const joins = random.chance(0.2) ? random.uniform(0, PERIODS) : 0;
  const silent: Word = { says: 'silent', moment: 0, gain: null };
  return plans.map((plan, liar) =>
    liar !== which
      ? plan
      : plan.map((words, period) =>
          words.map((word) => (period < joins ? silent : random.chance(0.15) ? drawWord(random) : word)),
        ),
  );
}

/** Random search with hill-climbing: keeps every change that does not make the lie weaker. */
function attack(
  seed: number,
  liars: number,
  tries: number,
  paired: Paired = 'all',
): { logR: number; alarms: number } {
  const random = new Random('adversary', seed, liars);
  const world = honestWorld(random, paired);
  let plans: readonly Plan[] = Array.from({ length: liars }, stubbornPlan);
  let best = judge(withLiars(world, plans));
  let alarms = best.alarms;
  for (let i = 0; i < tries; i++) {
    const tried = mutate(plans, random);
    const said = judge(withLiars(world, tried));
    alarms += said.alarms;
    if (said.logR < best.logR) continue;
    plans = tried;
    best = said;
  }
  return { logR: best.logR, alarms };
}

describe('the whole detector under attack', () => {
  const f = groupsLeftOut(HONEST, 'auto');

  it.each([
    [1, 'all'],
    [2, 'all'],
    [3, 'liars'],
    [4, 'liars'],
  ] as const)(
    'is not even made suspicious by f liars, whatever they send and whenever they join (seed %i, swap pairs of %s)',
    (seed, paired) => {
      const { logR, alarms } = attack(seed, f, 20, paired);
      expect(alarms).toBe(0);
      expect(logR).toBeLessThan(Math.log(PARAMETERS.suspicion));
    },
  );

  it('is by more of them: the search finds what there is to find', () => {
    expect(attack(1, f + 2, 5).alarms).toBeGreaterThan(0);
  });

  it('stays finite where a hundred thousand units are slow', () => {
    const often = 300;
    const units: Unit[] = [];
    for (const country of ['here', 'A', 'B']) {
      for (let i = 0; i < PERIODS * (country === 'here' ? 20 * often : 20); i++) {
        const [period, name] = [i % PERIODS, `${country} ${i % 20}`];
        const says = country === 'here' ? 'slow' : 'normal';
        const one = unit(country, name, name, period, { says, moment: 0.5, gain: null });
        units.push({ ...one, id: `${i} ${country}` });
      }
    }
    const { logR, alarms } = judge({ units, pairs: [] });
    expect(units.length).toBeGreaterThan(96_000);
    expect(alarms).toBe(2);
    expect(logR).toBeGreaterThan(1e4);
    expect(Number.isFinite(logR)).toBe(true);
  });
});
