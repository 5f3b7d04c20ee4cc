import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Catalogue, Consent, DrawnTest, Instant, PublicKey, Ulid } from '@brakelight/shared';
import { z } from 'zod';
import { Document } from './document.js';

/** Who this probe is to its coordinator. */
export const Membership = z.strictObject({
  coordinator: z.url(),
  coordinatorPublicKey: PublicKey,
  probeId: Ulid,
  country: z.string().nullable(),
  asn: z.number().nullable(),
  joinedAt: Instant,
  probationUntil: Instant,
});
export type Membership = z.infer<typeof Membership>;

/** What the person accepted. */
export const ConsentRecord = z.strictObject({ consents: z.array(Consent).max(2) });
export type ConsentRecord = z.infer<typeof ConsentRecord>;

/** A pause that the person asked for; `until` null: until resumed. */
export const Pause = z.strictObject({ since: Instant, until: Instant.nullable() });
export type Pause = z.infer<typeof Pause>;

/** The person's limits in bytes; absent ones are the defaults. */
export const Limits = z.strictObject({
  perTest: z.int().min(1).optional(),
  perDay: z.int().min(0).optional(),
  perMonth: z.int().min(0).optional(),
});
export type Limits = z.infer<typeof Limits>;

const Month = z.string().regex(/^\d{4}-\d{2}$/);

/**
 * Bytes spent, by UTC day and month; `reserved` belongs to a test that has begun and not been settled. `before`: the day
 * and month that the count really belongs to, where the clock was set back since.
 */
export const Spent = z.strictObject({
  day: z.iso.date(),
  dayBytes: z.int().min(0),
  month: Month,
  monthBytes: z.int().min(0),
  reserved: z.int().min(0),
  before: z.strictObject({ day: z.iso.date().optional(), month: Month.optional() }).optional(),
});
export type Spent = z.infer<typeof Spent>;

/** How the last contact with the coordinator failed. */
export const ContactFailure = z.strictObject({
  kind: z.enum(['unreachable', 'busy', 'unauthorised', 'untrusted', 'refused']),
  /** First of the failures in a row. */
  since: Instant,
  detail: z.string(),
  retryAt: Instant,
});
export type ContactFailure = z.infer<typeof ContactFailure>;

/** What the running agent tells `status`. */
export const Activity = z.strictObject({
  measuring: z.string().nullable(),
  nextPollAt: Instant.nullable(),
  lastContactAt: Instant.nullable(),
  failure: ContactFailure.nullable(),
  lastStored: z.strictObject({ id: Ulid, target: z.string(), measuredAt: Instant, at: Instant }).nullable(),
  stored: z.int().min(0),
  dropped: z.int().min(0),
  lastDropped: z.strictObject({ id: z.string(), reason: z.string(), at: Instant }).nullable(),
});
export type Activity = z.infer<typeof Activity>;

/** Tests that were drawn and have no result yet. */
export const InHand = z.strictObject({ tests: z.array(DrawnTest) });
export type InHand = z.infer<typeof InHand>;

/** The state directory: one place that knows its file names. */
export class Home {
  readonly path: string;
  readonly keyFile: string;
  readonly lockFile: string;
  readonly spoolFolder: string;
  readonly membership: Document<Membership>;
  readonly consents: Document<ConsentRecord>;
  /** What the coordinator was told of them. A file of its own: only the person's command writes the record itself. */
  readonly toldConsents: Document<ConsentRecord>;
  readonly pause: Document<Pause>;
  readonly limits: Document<Limits>;
  readonly spent: Document<Spent>;
  readonly activity: Document<Activity>;
  readonly inHand: Document<InHand>;
  /** What the coordinator measures, as it signed it. */
  readonly catalogue: Document<Catalogue>;

  private constructor(path: string) {
    this.path = path;
    this.keyFile = join(path, 'probe.key');
    this.lockFile = join(path, 'agent.lock');
    this.spoolFolder = join(path, 'spool');
    this.membership = new Document(join(path, 'membership.json'), Membership);
    this.consents = new Document(join(path, 'consents.json'), ConsentRecord);
    this.toldConsents = new Document(join(path, 'consents-told.json'), ConsentRecord);
    this.pause = new Document(join(path, 'pause.json'), Pause);
    this.limits = new Document(join(path, 'limits.json'), Limits);
    this.spent = new Document(join(path, 'spent.json'), Spent);
    this.activity = new Document(join(path, 'activity.json'), Activity, false);
    this.inHand = new Document(join(path, 'in-hand.json'), InHand);
    this.catalogue = new Document(join(path, 'catalogue.json'), Catalogue);
  }

  /** Opens it, made if need be; nobody but its user may look in. */
  static async open(path: string): Promise<Home> {
    await mkdir(join(path, 'spool'), { recursive: true, mode: 0o700 });
    await chmod(path, 0o700);
    return new Home(path);
  }
}
