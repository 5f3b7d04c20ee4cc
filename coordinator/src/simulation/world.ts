import type { NoiseParameters } from './noise.js';
import type { Random } from './random.js';

/**
 * The layout of the simulated world. Each target is a world of its own: 10 countries, spread over the clock, of 2 ASNs
 * (cells) each; every probe is a subnet and an owner of its own. 1,000 cells are 50 targets. What a country does, both
 * of its ASNs do; cells are counted by ASN, countries beside them.
 */
export interface World {
  readonly target: string;
  readonly countries: readonly WorldCountry[];
}

export interface WorldCountry {
  readonly number: number;
  /** ISO 3166-1 user-assigned code. */
  readonly code: string;
  readonly utcOffsetHours: number;
  readonly cells: readonly WorldCell[];
}

export interface WorldCell {
  readonly asn: number;
  readonly country: WorldCountry;
  /** A scenario may add to them. */
  readonly probes: WorldProbe[];
  readonly changes: readonly PathChange[];
}

/** ln of what a path change does to the platform's rate, from `from` until `until`. */
export interface PathChange {
  readonly from: number;
  readonly until: number;
  readonly log: number;
}

export interface WorldProbe {
  readonly name: string;
  readonly lineBps: number;
  readonly sigma: number;
  readonly base: number;
  readonly dip: number;
  /** When its first test is judged (probation is over by then). */
  joinsAt: number;
  /** What it says whatever it saw. */
  readonly lie: 'slow' | 'normal' | null;
}

export interface Layout {
  readonly countries: number;
  readonly asnsPerCountry: number;
  readonly probesPerCell: number;
}

export const DEFAULT_LAYOUT: Layout = { countries: 10, asnsPerCountry: 2, probesPerCell: 5 };

/** First AS number of private use (RFC 6996). */
const FIRST_ASN = 64_512;
const DAY_MS = 86_400_000;

/** @param days how long it lasts, from `startAt` */
export function makeWorld(
  target: string,
  layout: Layout,
  noise: NoiseParameters,
  random: Random,
  startAt: number,
  days: number,
): World {
  const countries: WorldCountry[] = [];
  for (let number = 0; number < layout.countries; number++) {
    const cells: WorldCell[] = [];
    const country: WorldCountry = {
      number,
      code: `X${String.fromCharCode(65 + (number % 26))}${number < 26 ? '' : Math.floor(number / 26)}`,
      utcOffsetHours: Math.round((24 * number) / layout.countries) - 11,
      cells,
    };
    for (let i = 0; i < layout.asnsPerCountry; i++) {
      const asn = FIRST_ASN + number * layout.asnsPerCountry + i;
      const probes: WorldProbe[] = [];
      for (let p = 0; p < layout.probesPerCell; p++)
        probes.push(makeProbe(`${asn}-${p}`, noise, random, startAt));
      cells.push({ asn, country, probes, changes: pathChanges(noise, random, startAt, days) });
    }
    countries.push(country);
  }
  return { target, countries };
}

/** @param lie what it says whatever it saw; an honest probe without */
export function makeProbe(
  name: string,
  noise: NoiseParameters,
  random: Random,
  joinsAt: number,
  lie: WorldProbe['lie'] = null,
): WorldProbe {
  const line = noise.lineMedianBps * Math.exp(noise.lineSpread * random.normal());
  return {
    name,
    lineBps: Math.min(noise.lineMaxBps, Math.max(noise.lineMinBps, line)),
    sigma: random.uniform(noise.sigmaMin, noise.sigmaMax),
    base: noise.baseSpread * random.normal(),
    dip: random.uniform(noise.dipMin, noise.dipMax),
    joinsAt,
    lie,
  };
}

function pathChanges(noise: NoiseParameters, random: Random, startAt: number, days: number): PathChange[] {
  const changes: PathChange[] = [];
  let at = startAt;
  for (;;) {
    at += random.exponential(noise.changeEveryDays * DAY_MS);
    if (at >= startAt + days * DAY_MS) return changes;
    const until = at + random.exponential(noise.changeHours) * 3_600_000;
    changes.push({ from: at, until, log: noise.changeSd * random.normal() });
  }
}
