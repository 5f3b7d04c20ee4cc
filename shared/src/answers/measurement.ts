import { z } from 'zod';
import { TestKind } from '../consent.js';
import { AddressFamily, ArmObservation, Direction } from '../observation.js';
import { Asn, Country, Instant, Slug, Version } from '../primitives.js';
import { PairMechanism, SenderView } from './mechanism.js';

/** Exactly one class for a valid test of the platform channel. */
export const TestClass = z.enum(['normal', 'slow', 'stalled', 'blocked']);
export type TestClass = z.infer<typeof TestClass>;

/** Why a stored test says nothing. It is kept, marked and never counted. */
export const InvalidReason = z.enum([
  'slow-line',
  'control-failed',
  'aborted',
  'wrong-order',
  'wrong-direction',
  'wrong-family',
  'wrong-times',
  'too-far-apart',
  'future-dated',
  'late',
  'unlocated',
  'probation',
  'consent',
]);
export type InvalidReason = z.infer<typeof InvalidReason>;

/** A stored measurement as researchers get it: no address, no probe id. */
export const Measurement = z.object({
  id: z.string(),
  source: Slug,
  historical: z.boolean(),
  kind: TestKind,
  target: Slug,
  control: Slug.nullable(),
  direction: Direction,
  deep: z.boolean(),
  country: Country.nullable(),
  asn: Asn.nullable(),
  /** Keyed hash of the /24 or /48. */
  subnet: z.string(),
  /** IP version that was drawn, and kept to, by the whole test; `null` where an import does not tell. */
  family: AddressFamily.nullable(),
  measuredAt: Instant,
  receivedAt: Instant,
  /** `null` where the test says nothing, see `invalidReason`. */
  class: TestClass.nullable(),
  invalidReason: InvalidReason.nullable(),
  targetRateBps: z.int().nullable(),
  controlRateBps: z.int().nullable(),
  /** rate(A)/rate(B) over the same range of bytes, method 3; or C/D of a swap pair. */
  ratio: z.number().nullable(),
  /** Of a swap pair of downloads, and what it was told by; `null` where the server's TCP_INFO is not known. */
  mechanism: PairMechanism.nullable(),
  /** By arm; an arm is `null` that was over within a second. */
  sender: z.object({ C: SenderView.nullable(), D: SenderView.nullable() }).nullable(),
  arms: z.array(ArmObservation),
  agentVersion: Version,
  methodVersion: Version,
  networkDbDate: z.string(),
});
export type Measurement = z.infer<typeof Measurement>;

/** One step of an incident's picture over time. */
export const SeriesPoint = z.object({
  at: Instant,
  tests: z.int(),
  slowShare: z.number().nullable(),
  targetMedianBps: z.int().nullable(),
  targetP25Bps: z.int().nullable(),
  targetP75Bps: z.int().nullable(),
  controlMedianBps: z.int().nullable(),
  controlP25Bps: z.int().nullable(),
  controlP75Bps: z.int().nullable(),
});
export type SeriesPoint = z.infer<typeof SeriesPoint>;
