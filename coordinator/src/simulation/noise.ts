const MINUTE_MS = 60_000;

/** How lines, paths and probes behave when nobody throttles anything. Written down, so that it can be argued with. */
export interface NoiseParameters {
  /** Lines: lognormal around the median, cut at both ends; bits per second. */
  readonly lineMedianBps: number;
  readonly lineSpread: number;
  readonly lineMinBps: number;
  readonly lineMaxBps: number;
  /** Standard deviation of ln(A/B), and of ln(C/D), of one test; each probe has its own, uniform between. */
  readonly sigmaMin: number;
  readonly sigmaMax: number;
  /** Standard deviation, over probes, of the lasting ln(A/B): the platform may be near or far. */
  readonly baseSpread: number;
  /** AR(1) noise of the platform's path, per probe: standard deviation of ln, correlation time. */
  readonly pathSd: number;
  readonly pathHours: number;
  /** AR(1) noise of the line, which both arms share. */
  readonly lineSd: number;
  readonly lineHours: number;
  /** Evening dip of the line, 18-23 h local time: each probe loses up to this share at the deepest. */
  readonly dipMin: number;
  readonly dipMax: number;
  /** Benign path changes: a cell's path to the platform becomes better or worse for a while. */
  readonly changeEveryDays: number;
  readonly changeSd: number;
  readonly changeHours: number;
  /** Share of arms that are slower by a factor, uniform between, for no reason. */
  readonly outliers: number;
  readonly outlierMin: number;
  readonly outlierMax: number;
  /** Share of tests that fail: both arms, the control alone, the platform alone. */
  readonly failuresBoth: number;
  readonly failuresControl: number;
  readonly failuresTarget: number;
  /** Share of tests whose platform transfer stops at 8-64 kB. */
  readonly stalls: number;
  /** Time between the tests of one probe, uniform. Every round has a platform test and a swap pair. */
  readonly gapMinMs: number;
  readonly gapMaxMs: number;
  /** Share of deep rounds, in which caps above 1.5 Mbit/s are judged, too. */
  readonly deepShare: number;
}

export const DEFAULT_NOISE: NoiseParameters = {
  lineMedianBps: 20e6,
  lineSpread: 0.8,
  lineMinBps: 2e6,
  lineMaxBps: 300e6,
  sigmaMin: 0.3,
  sigmaMax: 0.8,
  baseSpread: 0.15,
  pathSd: 0.2,
  pathHours: 3,
  lineSd: 0.3,
  lineHours: 2,
  dipMin: 0.1,
  dipMax: 0.5,
  changeEveryDays: 14,
  changeSd: 0.35,
  changeHours: 24,
  outliers: 0.01,
  outlierMin: 3,
  outlierMax: 20,
  failuresBoth: 0.03,
  failuresControl: 0.01,
  failuresTarget: 0.01,
  stalls: 0.001,
  gapMinMs: 15 * MINUTE_MS,
  gapMaxMs: 60 * MINUTE_MS,
  deepShare: 1 / 8,
};

const HOUR_MS = 3_600_000;

/** Share of the line that an evening takes at this moment: half a sine between 18 and 23 h local time. */
export function eveningShare(at: number, utcOffsetHours: number): number {
  const hour = (at / HOUR_MS + utcOffsetHours + 48) % 24;
  return hour < 18 || hour > 23 ? 0 : Math.sin((Math.PI * (hour - 18)) / 5);
}

/** AR(1) noise at uneven times (Ornstein-Uhlenbeck), stationary from its first value. */
export class PathNoise {
  readonly #sd: number;
  readonly #meanMs: number;
  #value: number | null = null;
  #at = 0;

  constructor(sd: number, hours: number) {
    this.#sd = sd;
    this.#meanMs = hours * HOUR_MS;
  }

  /** @param normal a standard normal number */
  at(at: number, normal: number): number {
    const keep = this.#value === null ? 0 : Math.exp(-(at - this.#at) / this.#meanMs);
    this.#value = keep * (this.#value ?? 0) + this.#sd * Math.sqrt(1 - keep * keep) * normal;
    this.#at = at;
    return this.#value;
  }
}
