import { z } from 'zod';
import { Asn, Country, Instant, Slug, Version } from '../primitives.js';
import { CellState } from './cell.js';
import { Mechanism, MechanismPairs } from './mechanism.js';

/** How sure, and of what. `slowed`: platform channel alone; one bad peering looks the same. */
export const Grade = z.enum(['suspected', 'slowed', 'sni-triggered']);
export type Grade = z.infer<typeof Grade>;

/** What is done to the platform. */
export const IncidentKind = z.enum(['slow', 'stalled', 'blocked']);
export type IncidentKind = z.infer<typeof IncidentKind>;

/** Which way bytes are held back. `download` says nothing of uploads that nobody has measured. */
export const AffectedDirection = z.enum(['download', 'upload', 'both']);
export type AffectedDirection = z.infer<typeof AffectedDirection>;

/**
 * Why an incident is over. `unobserved`: nobody measured for a week; of an import, whose incidents are all over: it was still
 * so when the data end, which say nothing of what came after.
 */
export const ResolvedReason = z.enum(['lifted', 'withdrawn', 'unobserved']);
export type ResolvedReason = z.infer<typeof ResolvedReason>;

/** A share with its confidence sequence (valid at every moment, level 95 %). */
export const Share = z.object({ estimate: z.number(), lower: z.number(), upper: z.number() });
export type Share = z.infer<typeof Share>;

/** Quartiles of a rate over slow units, bits per second. */
export const RateSummary = z.object({
  medianBps: z.int(),
  p25Bps: z.int(),
  p75Bps: z.int(),
  /** One fixed rate? Slope of ln(target) on ln(control) near 0 says yes; `null` where too few units can tell. */
  fixed: z.boolean().nullable(),
  slope: z.number().nullable(),
});
export type RateSummary = z.infer<typeof RateSummary>;

/** One autonomous system of an incident. */
export const IncidentAsn = z.object({
  asn: Asn,
  name: z.string().nullable(),
  state: CellState,
  slowShare: z.number(),
  units: z.int(),
  subnets: z.int(),
  rateBps: z.int().nullable(),
  onsetAt: Instant.nullable(),
  logR: z.number().nullable(),
});
export type IncidentAsn = z.infer<typeof IncidentAsn>;

/** What an incident rests on. No number without its n. */
export const IncidentStatistics = z.object({
  tests: z.int(),
  units: z.int(),
  affectedUnits: z.int(),
  subnets: z.int(),
  asns: z.int(),
  owners: z.int(),
  share: Share,
  /** The same without the f fastest groups: shows liars who report "normal". */
  shareWithoutFastest: z.number().nullable(),
  rate: RateSummary.nullable(),
  controlRateBps: z.int().nullable(),
  logR: z.number(),
  logA: z.number(),
  /** Bound on the share of affected units under no throttling, and where it came from. */
  p0: z.number(),
  p0From: z.string(),
  /**
   * Largest number of subnets that may be deleted, the most favourable first, and the alarm still stands; null where it no
   * longer stands, as when it is over.
   */
  sybilNumber: z.int().nullable(),
  /** Swap pairs since the onset, by the mechanism that the measurement server's TCP_INFO shows. */
  mechanismPairs: MechanismPairs,
});
export type IncidentStatistics = z.infer<typeof IncidentStatistics>;

/** One check of another explanation. */
export const Confounder = z.object({
  name: z.enum(['platform-outage', 'local-congestion', 'one-subnet', 'own-history']),
  ruledOut: z.boolean(),
  finding: z.string(),
});
export type Confounder = z.infer<typeof Confounder>;

/** One incident per (source, country, target); keeps its id when throttling turns into blocking. */
export const Incident = z.object({
  id: z.string(),
  source: Slug,
  historical: z.boolean(),
  country: Country,
  target: Slug,
  status: z.enum(['open', 'observation-lost', 'resolved']),
  kind: IncidentKind,
  grade: Grade,
  direction: AffectedDirection,
  /** How it is done, as two thirds of the swap pairs show that tell; `null` where they do not, or nobody knows. */
  mechanism: Mechanism.nullable(),
  /** One sentence for people. */
  summary: z.string(),
  onsetAt: Instant,
  /** The onset lies between these two: the starts within a factor of 20 of the best, and the period before them. */
  onsetEarliestAt: Instant,
  onsetLatestAt: Instant,
  /** Time of the unit with which the threshold was crossed. */
  detectedAt: Instant,
  updatedAt: Instant,
  resolvedAt: Instant.nullable(),
  resolvedReason: ResolvedReason.nullable(),
  asns: z.array(IncidentAsn),
  statistics: IncidentStatistics,
  confounders: z.array(Confounder),
  methodVersion: Version,
  evidenceUrl: z.string(),
});
export type Incident = z.infer<typeof Incident>;

/** One transition of an incident; the log of these is append-only, the incident is derived from it. */
export const IncidentEvent = z.object({
  id: z.string(),
  incidentId: z.string(),
  type: z.enum(['detected', 'updated', 'resolved']),
  at: Instant,
  /** Why this event was written, in one sentence. */
  reason: z.string(),
  incident: Incident,
});
export type IncidentEvent = z.infer<typeof IncidentEvent>;
