/** The three things that a unit can show; each has its own baseline and its own detector. */
export const INDICATORS = ['slow', 'stalled', 'blocked'] as const;
export type Indicator = (typeof INDICATORS)[number];

/**
 * Everything that a judgement depends on beside the units. It is part of every evidence bundle. Every number has its
 * meaning in section 4 of the method.
 */
export interface DetectionParameters {
  /** Length of a period: one unit per subnet, ASN and target, one start of the detector. */
  readonly periodMs: number;
  /** Starts looked back on, in periods. */
  readonly windowPeriods: number;
  /** A: an incident opens at R >= A. The mean number of starts to a false alarm is at least A if the null holds. */
  readonly threshold: number;
  /** R at which a cell is `suspected`, and its country no longer part of anybody's outside. */
  readonly suspicion: number;
  /** q: expected share of false names among the ASNs named in an open incident (e-BH), and on the public list. */
  readonly namingLevel: number;
  /** R of the lift detector at which an incident ends. */
  readonly liftThreshold: number;
  /** Groups left out, the most favourable first: a number, or `auto` (1 up to 7 groups, 2 up to 19, 10 % beyond). */
  readonly trim: number | 'auto';
  /** Length of a slot; a period where that is shorter. */
  readonly slotMs: number;
  /** Longest shared shock, in consecutive slots: the best such stretch is left out. An hour spans two or three. */
  readonly shockSlots: number;
  /** Leaves out what is there for dependence: transition bounds and the best shock slot's leave-out. */
  readonly plain: boolean;
  /** Subnets and owners whose log-product must be positive for an alarm. */
  readonly minSubnets: number;
  readonly minOwners: number;
  /** Bets of the platform channel: L = 1 + lambda (X/p0 - 1), averaged outside the product. */
  readonly lambdas: readonly number[];
  /** Bets of the swap channel: L = 1 + lambda g. */
  readonly swapLambdas: readonly number[];
  /** Least p0, whatever the outside shows. */
  readonly minP0: number;
  /** Above this a bound is no basis (n too small), and a same-period share is an outage of the platform. */
  readonly maxP0: number;
  /** Outside units looked back on: whole periods until there are so many, at most `outsideMax` and `outsideDays`. */
  readonly outsideMin: number;
  readonly outsideMax: number;
  readonly outsideDays: number;
  /** Least other countries for a baseline. */
  readonly minOutsideCountries: number;
  /** Least same-period outside units for `platform-outage`. */
  readonly outageMinUnits: number;
  /** Persistence assumed of a slow subnet until 8 outside subnets tell: p11 = p0 + rho (1 - p0). */
  readonly rho: number;
  /** Periods without a valid unit after which observation counts as lost. */
  readonly lostAfterPeriods: number;
  /** Days without a valid unit after which an incident ends as `unobserved`. */
  readonly unobservedDays: number;
  /** Within this time after its end an incident is opened again instead of a new one. */
  readonly holdMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const DEFAULT_PARAMETERS: DetectionParameters = {
  periodMs: HOUR_MS / 2,
  windowPeriods: 96,
  threshold: thresholdFor({ falseAlarmsPerYear: 1, cells: 2000, periodMs: HOUR_MS / 2 }),
  suspicion: 1000,
  namingLevel: 0.05,
  liftThreshold: 1000,
  trim: 'auto',
  slotMs: HOUR_MS / 2,
  shockSlots: 2,
  plain: false,
  minSubnets: 3,
  minOwners: 2,
  lambdas: [0.05, 0.15, 0.3, 0.5, 0.75, 0.95],
  swapLambdas: [0.25, 0.5, 0.75, 0.95],
  minP0: 0.05,
  maxP0: 0.35,
  outsideMin: 200,
  outsideMax: 500,
  outsideDays: 14,
  minOutsideCountries: 2,
  outageMinUnits: 8,
  rho: 0.2,
  lostAfterPeriods: 6,
  unobservedDays: 7,
  holdMs: DAY_MS,
};

/**
 * A from wished false alarms: each cell makes one start a period, so that a fleet of `cells` meets a false alarm every
 * A / (cells x starts per year) years or less often. 2,000 cells, 30 min, once a year: 3.5e7.
 */
export function thresholdFor(wish: { falseAlarmsPerYear: number; cells: number; periodMs: number }): number {
  const startsPerYear = (365 * DAY_MS) / wish.periodMs;
  return Math.max(10, (wish.cells * startsPerYear) / wish.falseAlarmsPerYear);
}

/** f: how many groups are left out of a cell that `groups` groups report from. */
export function groupsLeftOut(groups: number, trim: DetectionParameters['trim']): number {
  if (trim !== 'auto') return trim;
  if (groups < 8) return 1;
  return groups < 20 ? 2 : Math.ceil(groups / 10);
}
