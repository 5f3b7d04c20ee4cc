import type { Alarm } from '@brakelight/coordinator/detection/alarm';
import type { SwapPair, Unit } from '@brakelight/coordinator/detection/types';

const HALF_HOUR_MS = 1_800_000;
/** The period in which the world begins, counted from the Unix epoch. */
export const WORLD_START = 900_000;
/** One subnet of one owner, one unit a period. Those of a country share ASNs, two by two. */
export const COUNTRIES = ['FR', 'DE', 'IT', 'PL'] as const;

/** Who measures, and when: probe 0, 1, .. of a country, in the world's period 0, 1, .. */
export interface Seat {
  readonly country: string;
  readonly probe: number;
  readonly period: number;
}

export interface SmallWorld {
  readonly periods: number;
  /** Probes of a country; four without it. */
  readonly probes?: number;
  /** What a unit shows beside what is ordinary; `null`: it keeps silent. */
  readonly shows: (seat: Seat) => Partial<Unit> | null;
}

/** A unit that is policed to a rate. */
export function slowAt(targetRateBps: number): Partial<Unit> {
  return { slow: true, targetRateBps };
}

/**
 * Units of four countries in half-hour periods, in the order of time. Every 23rd is slow by chance, where nothing else is
 * said of it; the rest are as fast as their line, of 10 Mbit/s.
 */
export function smallWorld({ periods, probes = 4, shows }: SmallWorld): Unit[] {
  const everybody = COUNTRIES.length * probes;
  return Array.from({ length: periods * everybody }, (_, i): Unit | null => {
    const [period, seat] = [Math.floor(i / everybody), i % everybody];
    const country = COUNTRIES[Math.floor(seat / probes)] as string;
    const shown = shows({ country, probe: seat % probes, period });
    if (shown === null) return null;
    const ordinary = i % 23 === 0 ? slowAt(140_000) : { slow: false, targetRateBps: 9_000_000 };
    return {
      id: `${period}-${String(seat).padStart(3, '0')}`,
      measuredAt: (WORLD_START + period) * HALF_HOUR_MS + seat * 1000,
      period: WORLD_START + period,
      country,
      asn: 64_496 + (seat >> 1),
      subnet: `${country} ${seat % probes}`,
      owner: `owner of ${country} ${seat % probes}`,
      slow: false,
      stalled: false,
      blocked: false,
      targetRateBps: null,
      controlRateBps: 10_000_000,
      tests: 1,
      ...ordinary,
      ...shown,
    };
  }).filter((unit) => unit !== null);
}

/** A swap pair that the probe of a unit ran right after it. */
export function pairAfter(unit: Unit, shown: Partial<SwapPair> = {}): SwapPair {
  const { id, measuredAt, period, country, asn, subnet, owner } = unit;
  const place = { period, country, asn, subnet, owner };
  return {
    ...place,
    id: `pair ${id}`,
    measuredAt: measuredAt + 500,
    direction: 'download',
    gain: 1,
    ...shown,
  };
}

/** An alarm three periods after an onset. */
export function alarmAfter(onset: number): Alarm {
  return {
    unit: 1,
    at: (onset + 3) * HALF_HOUR_MS,
    period: onset + 3,
    logR: 20,
    logThreshold: 17,
    indicator: 'slow',
    onset: { best: onset, earliest: onset - 1, latest: onset + 1 },
  };
}
