import { z } from 'zod';
import { Consent } from './consent.js';
import { Asn, Country, Instant, PublicKey, Ulid, Version } from './primitives.js';

/**
 * Enrolment; the request is signed with the very key it carries (proof of possession). A one-time token or a
 * network token; the token names the owner.
 */
export const EnrolmentRequest = z.strictObject({
  token: z.string().min(16).max(200),
  publicKey: PublicKey,
  agentVersion: Version,
  consents: z.array(Consent).min(1).max(2),
});
export type EnrolmentRequest = z.infer<typeof EnrolmentRequest>;

/** Asking twice with the same key gives the same answer. */
export const EnrolmentAnswer = z.strictObject({
  probeId: Ulid,
  /** Pinned by the probe: all work is signed with it. */
  coordinatorPublicKey: PublicKey,
  /** Where the coordinator thinks the probe is; shown to its person. */
  country: Country.nullable(),
  asn: Asn.nullable(),
  probationUntil: Instant,
});
export type EnrolmentAnswer = z.infer<typeof EnrolmentAnswer>;

/** Replaces the recorded consents of the probe that signs it. */
export const ConsentUpdate = z.strictObject({ consents: z.array(Consent).max(2) });
export type ConsentUpdate = z.infer<typeof ConsentUpdate>;
