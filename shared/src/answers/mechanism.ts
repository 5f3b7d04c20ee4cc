import { z } from 'zod';

/**
 * How a sender is slowed, as far as its own kernel can tell: `policing` drops what is over a rate, `shaping` queues it,
 * `congestion` is a full queue that both names share.
 */
export const Mechanism = z.enum(['policing', 'shaping', 'congestion']);
export type Mechanism = z.infer<typeof Mechanism>;

/** Of one swap pair; `unclear`: the kernel's numbers are there, and fit none. */
export const PairMechanism = z.enum([...Mechanism.options, 'unclear']);
export type PairMechanism = z.infer<typeof PairMechanism>;

/** The last two seconds of one arm, as the measurement server's kernel (TCP_INFO) saw them. */
export const SenderView = z.object({
  /** Retransmitted bytes for each acknowledged one; `null` where nothing came through. */
  retransmittedShare: z.number().nullable(),
  /** Largest smoothed round trip, and how many times the smallest one that is. */
  rttMs: z.number(),
  rttRise: z.number(),
});
export type SenderView = z.infer<typeof SenderView>;

/** Swap pairs by what they show. Those whose TCP_INFO is not known are in none. */
export const MechanismPairs = z.object({
  policing: z.int(),
  shaping: z.int(),
  congestion: z.int(),
  unclear: z.int(),
});
export type MechanismPairs = z.infer<typeof MechanismPairs>;
