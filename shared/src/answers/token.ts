import { z } from 'zod';
import { Instant } from '../primitives.js';

/** Whom a token lets in. */
export const TokenRequest = z.strictObject({
  /** `one-time` enrols one probe; `network` some probes of each /24 or /48 a day. */
  kind: z.enum(['one-time', 'network']),
  /** Pseudonym of whoever gets the token; all probes that enrol with it count as one person's. */
  owner: z.string().min(1).max(60),
  /** Probes of each /24 or /48 and day; network tokens only, 2 where not given. */
  quota: z.int().min(1).max(1000).optional(),
  /** Until when it lets anybody in, a year at most; 30 days where not given. Who has joined by then stays. */
  expiresAt: Instant.optional(),
});
export type TokenRequest = z.infer<typeof TokenRequest>;

/** The token itself is shown once. */
export const CreatedToken = z.object({
  token: z.string(),
  kind: TokenRequest.shape.kind,
  owner: z.string(),
  expiresAt: Instant,
});
export type CreatedToken = z.infer<typeof CreatedToken>;
