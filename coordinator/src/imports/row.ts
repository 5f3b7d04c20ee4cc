import { Asn, Country, Instant, Slug } from '@brakelight/shared';
import { z } from 'zod';

/** Most rows in one batch. */
export const MAX_IMPORT_ROWS = 2_000;

/**
 * One row of an imported data set: somebody else's test of a target against a control. It carries its own place and
 * subnet; its id is made by the importer from the row itself, so that sending it twice changes nothing.
 */
export const ImportRow = z.strictObject({
  id: z.string().regex(/^[0-9A-Za-z_-]{16,64}$/, 'expected 16-64 letters, digits, "-" or "_"'),
  measuredAt: Instant,
  country: Country.nullable(),
  asn: Asn,
  asnName: z.string().max(200).nullable(),
  /** The network it was measured from as the data set tells it, e.g. `203.0.113.0/24`; kept as a keyed hash only. */
  subnet: z.string().min(1).max(64),
  target: Slug,
  control: Slug.nullable(),
  /** Bits per second. */
  targetRateBps: z.int().min(1),
  controlRateBps: z.int().min(1),
});
export type ImportRow = z.infer<typeof ImportRow>;

/** A batch; rows are judged one by one. */
export const ImportBatch = z.strictObject({ rows: z.array(z.unknown()).min(1).max(MAX_IMPORT_ROWS) });
export type ImportBatch = z.infer<typeof ImportBatch>;

/** What became of one row. */
export const ImportRowOutcome = z.strictObject({
  index: z.int().min(0),
  outcome: z.enum(['accepted', 'duplicate', 'rejected']),
  reason: z.string().optional(),
});

/** 202: queued. Lists only the rows that were not simply accepted. */
export const ImportAnswer = z.strictObject({
  accepted: z.int(),
  duplicate: z.int(),
  rejected: z.int(),
  exceptions: z.array(ImportRowOutcome).max(MAX_IMPORT_ROWS),
});
export type ImportAnswer = z.infer<typeof ImportAnswer>;

/** How far an import is. */
export const ImportProgress = z.strictObject({
  source: Slug,
  /** Rows that the store has. */
  stored: z.int(),
  /** Rows that wait in the queue (those stored already and sent again among them). */
  pending: z.int(),
});
export type ImportProgress = z.infer<typeof ImportProgress>;
