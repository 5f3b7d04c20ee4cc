import { z } from 'zod';
import { Asn, Country, Instant, Slug } from '../primitives.js';
import { Grade } from './incident.js';

/** One network of the public list. */
export const ThrottledNetwork = z.object({
  country: Country.nullable(),
  asn: Asn,
  asnName: z.string().nullable(),
  target: Slug,
  /** Of its incident; `suspected` where the evidence is too little for one yet. */
  grade: Grade,
  /** When it began: in this network where that is known, else in the country; `null` without an incident. */
  onsetAt: Instant.nullable(),
  /** Natural logarithm of the e-value: of R divided by the number of starts in the window. */
  logE: z.number(),
  logR: z.number(),
  units: z.int(),
  subnets: z.int(),
  slowShare: z.number().nullable(),
  /** Median over the units of the last periods, bits per second. */
  targetRateBps: z.int().nullable(),
  lastUnitAt: Instant,
  judgedAt: Instant,
  incidentId: z.string().nullable(),
});
export type ThrottledNetwork = z.infer<typeof ThrottledNetwork>;

/** The public list: what is throttled now. It holds as a whole: a part that is picked by what it says promises nothing. */
export const ThrottledNow = z.object({
  /** The moment that the list speaks of. */
  at: Instant,
  /** Expected share of false ones among the listed, at most. */
  falseDiscoveryRate: z.number(),
  /** Networks x platforms that it was drawn from: all that are judged. */
  drawnFrom: z.int(),
  /** Most certain first. */
  data: z.array(ThrottledNetwork),
});
export type ThrottledNow = z.infer<typeof ThrottledNow>;
