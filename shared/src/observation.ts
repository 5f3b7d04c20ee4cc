import { z } from 'zod';
import { Instant } from './primitives.js';

/**
 * The arms of a test. A platform, B control (platform channel); C trigger, D neutral: the same bytes from our
 * measurement server, with the platform's name or a neutral name of the same length in the SNI (swap channel).
 */
export const ArmName = z.enum(['A', 'B', 'C', 'D']);
export type ArmName = z.infer<typeof ArmName>;

export const Direction = z.enum(['download', 'upload']);
export type Direction = z.infer<typeof Direction>;

/** Version of IP. A test keeps to the one that was drawn for it: each is a dimension of its own. */
export const AddressFamily = z.union([z.literal(4), z.literal(6)]);
export type AddressFamily = z.infer<typeof AddressFamily>;

/** Where in its way a transfer failed. */
export const Phase = z.enum(['dns', 'tcp', 'tls', 'http', 'body']);
export type Phase = z.infer<typeof Phase>;

/** How a transfer failed. */
export const FailureClass = z.enum([
  'nxdomain',
  'dns-bogon',
  'dns-failure',
  'timeout',
  'reset',
  'refused',
  'unreachable',
  'closed',
  'certificate',
  'pin-mismatch',
  'tls-protocol',
  'http-status',
  'http-protocol',
  'other',
]);
export type FailureClass = z.infer<typeof FailureClass>;

/**
 * The probe's own trouble, or a test that cannot be run: `no-address`, the name has no address of the family that was
 * drawn. Never evidence.
 */
export const AbortReason = z.enum([
  'budget',
  'shutdown',
  'no-network',
  'clock-jump',
  'suspended',
  'event-loop',
  'captive-portal',
  'forbidden-target',
  'no-address',
]);
export type AbortReason = z.infer<typeof AbortReason>;

/**
 * Why there was no further step of the ladder: the far end `closed` the connection in good order, `refused` the next
 * step by its status, gave a smaller `range` than was asked for, or its `object` has no more bytes.
 */
export const ShortReason = z.enum(['closed', 'refused', 'range', 'object']);
export type ShortReason = z.infer<typeof ShortReason>;

/** An arm ends in exactly one way. Timeouts and cut transfers are evidence and are kept. */
export const ArmEnd = z.discriminatedUnion('kind', [
  /** Every byte that was asked for arrived. */
  z.strictObject({ kind: z.literal('complete') }),
  /** What came is whole, and less than the ladder asks for. */
  z.strictObject({ kind: z.literal('short'), reason: ShortReason }),
  /** The stopping rule was sure before all bytes were in. */
  z.strictObject({ kind: z.literal('decided'), as: z.enum(['fast', 'slow']) }),
  /** The longest time of an arm passed while bytes still came. */
  z.strictObject({ kind: z.literal('cap-time') }),
  /** The far end sent more than was asked for; cut at the cap. */
  z.strictObject({ kind: z.literal('cap-bytes') }),
  /** Bytes came, then none for 5 s. */
  z.strictObject({ kind: z.literal('stalled'), bytes: z.int().min(0) }),
  z.strictObject({ kind: z.literal('failed'), phase: Phase, class: FailureClass }),
  z.strictObject({ kind: z.literal('aborted'), reason: AbortReason }),
]);
export type ArmEnd = z.infer<typeof ArmEnd>;

/** Milliseconds since the start of the phase before it; `null` where the phase was not reached. */
export const PhaseTimings = z.strictObject({
  dnsMs: z.number().min(0).nullable(),
  tcpMs: z.number().min(0).nullable(),
  tlsMs: z.number().min(0).nullable(),
  firstByteMs: z.number().min(0).nullable(),
});
export type PhaseTimings = z.infer<typeof PhaseTimings>;

/** One point of the byte curve: milliseconds since the request was written, cumulative bytes under TLS since then. */
export const CurvePoint = z.tuple([z.number().min(0), z.int().min(0)]);
export type CurvePoint = z.infer<typeof CurvePoint>;

/** What one transfer showed. */
export const ArmObservation = z.strictObject({
  arm: ArmName,
  direction: Direction,
  startedAt: Instant,
  /** Whole arm, name look-up to last byte. */
  durationMs: z.number().min(0).max(600_000),
  end: ArmEnd,
  /** Address family of the connection; `null` before there was one. */
  family: AddressFamily.nullable(),
  /** Address of the far end (never the probe's). */
  remoteAddress: z.string().max(45).nullable(),
  /** What the name resolved to, where a look-up was made. */
  dnsAnswers: z.array(z.string().max(45)).max(16),
  protocol: z.enum(['http/1.1', 'h2']).nullable(),
  httpStatus: z.int().min(100).max(599).nullable(),
  phases: PhaseTimings,
  /** Inner-socket bytes, handshake included. */
  bytesReceived: z.int().min(0),
  bytesSent: z.int().min(0),
  /** Cumulative curve, about every 100-250 ms. Monotone in both coordinates. */
  curve: z.array(CurvePoint).max(400),
  /** Rate of the last 2 s (or of the whole transfer where shorter), bits per second; what is reported. */
  rateBps: z.int().min(0).nullable(),
  /** The event loop's largest delay while the arm ran. */
  loopDelayMs: z.number().min(0),
});
export type ArmObservation = z.infer<typeof ArmObservation>;
