import { z } from 'zod';
import { TestKind } from './consent.js';
import { AddressFamily, ArmName, Direction } from './observation.js';
import { Instant, Slug, SpkiPin, Ulid, Version } from './primitives.js';

/** What a probe says when it asks for work. */
export const WorkRequest = z.strictObject({
  agentVersion: Version,
  methodVersion: Version,
  /** Kinds of test its person consented to. */
  kinds: z.array(TestKind).max(2),
  /** Bytes its budget still allows today. */
  budgetLeftBytes: z.int().min(0),
  /** Families in which it reaches the Internet. */
  families: z.array(AddressFamily).min(1).max(2),
});
export type WorkRequest = z.infer<typeof WorkRequest>;

/** How the far end of an arm proves itself. */
export const Trust = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('web') }),
  /** The measurement server: SPKI pins, current and next. */
  z.strictObject({ kind: z.literal('pins'), pins: z.array(SpkiPin).min(1).max(4) }),
]);
export type Trust = z.infer<typeof Trust>;

/** One transfer that the coordinator asks for. */
export const DrawnArm = z.strictObject({
  arm: ArmName,
  direction: Direction,
  /** Address of the object; its host is the SNI. */
  url: z.url({ protocol: /^https$/ }),
  /** Where to connect instead of resolving the host (arms C and D). */
  connect: z
    .strictObject({ address: z.union([z.ipv4(), z.ipv6()]), port: z.int().min(1).max(65_535) })
    .nullable(),
  trust: Trust,
  /** Steps of the ladder in bytes, ascending; the last one is the most that is asked for. */
  ladder: z.array(z.int().min(1000).max(4_000_000)).min(1).max(6),
  /** Ask by `Range: bytes=` (platforms) or by `?bytes=` (measurement server). */
  ask: z.enum(['range', 'query']),
});
export type DrawnArm = z.infer<typeof DrawnArm>;

/** A test as the coordinator drew it. Its id is the id of the result: one drawn test, one row. */
export const DrawnTest = z.strictObject({
  id: Ulid,
  /** Proof, opaque to the probe and returned with the result, that this coordinator drew exactly this test for it. */
  ticket: z.string().max(200),
  kind: TestKind,
  target: Slug,
  control: Slug.nullable(),
  /** Longer ladder: sees large buckets and caps of 0.5-5 Mbit/s. */
  deep: z.boolean(),
  /** Both arms resolve and connect in this family only: no happy eyeballs. */
  family: AddressFamily,
  /** Of one direction, in the order in which they are to be run. */
  arms: z.array(DrawnArm).min(2).max(2),
  drawnAt: Instant,
});
export type DrawnTest = z.infer<typeof DrawnTest>;

/** Answer to a request for work; signed by the coordinator over the bytes on the wire. */
export const WorkAnswer = z.strictObject({
  issuedAt: Instant,
  tests: z.array(DrawnTest).max(100),
  /** When to ask again. */
  pollAfterMs: z.int().min(0).max(86_400_000),
  catalogueVersion: Version,
});
export type WorkAnswer = z.infer<typeof WorkAnswer>;
