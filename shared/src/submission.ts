import { z } from 'zod';
import { TestKind } from './consent.js';
import { ArmObservation } from './observation.js';
import { Instant, Slug, Ulid, Version } from './primitives.js';

/** Most results in one submission. */
export const MAX_RESULTS = 50;

/** A test as it went. `id`, `ticket`, `kind`, `target`, `control` and `deep` are those of the drawn test. */
export const TestResult = z.strictObject({
  id: Ulid,
  ticket: z.string().max(200),
  kind: TestKind,
  target: Slug,
  control: Slug.nullable(),
  deep: z.boolean(),
  drawnAt: Instant,
  measuredAt: Instant,
  /** In the order in which they were run. */
  arms: z.array(ArmObservation).min(1).max(2),
  agentVersion: Version,
  methodVersion: Version,
  nodeVersion: z.string().max(40),
});
export type TestResult = z.infer<typeof TestResult>;

/**
 * A batch of results. Each item is parsed on its own, so that one bad item never blocks its neighbours: hence
 * `unknown` here and {@link TestResult} item by item.
 */
export const Submission = z.strictObject({
  sentAt: Instant,
  results: z.array(z.unknown()).min(1).max(MAX_RESULTS),
});
export type Submission = z.infer<typeof Submission>;

/** What became of one item. `rejected` is final: the probe drops it and says why. */
export const ItemOutcome = z.strictObject({
  /** Position in the submission. */
  index: z.int().min(0),
  /** `null` where the item had no readable id. */
  id: Ulid.nullable(),
  outcome: z.enum(['accepted', 'duplicate', 'rejected']),
  reason: z.string().optional(),
});
export type ItemOutcome = z.infer<typeof ItemOutcome>;

/** 202: queued, not stored. The probe asks {@link StatusRequest} before it deletes anything. */
export const SubmissionAnswer = z.strictObject({
  submissionId: Ulid,
  results: z.array(ItemOutcome).max(MAX_RESULTS),
});
export type SubmissionAnswer = z.infer<typeof SubmissionAnswer>;

/** Which of these rows are stored? */
export const StatusRequest = z.strictObject({ ids: z.array(Ulid).min(1).max(500) });
export type StatusRequest = z.infer<typeof StatusRequest>;

/** `stored`: the probe may delete it. `pending`: accepted, wait. `unknown`: send it again. */
export const StatusAnswer = z.strictObject({
  results: z.array(z.strictObject({ id: Ulid, state: z.enum(['stored', 'pending', 'unknown']) })),
});
export type StatusAnswer = z.infer<typeof StatusAnswer>;
