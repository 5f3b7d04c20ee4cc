import { z } from 'zod';
import { Asn, Country, Instant, Slug } from '../primitives.js';

/** State of a cell (place x target). Silence is `insufficient`, never `normal`. */
export const CellState = z.enum([
  'normal',
  'suspected',
  'throttled',
  'blocked',
  'stalled',
  'platform-outage',
  'local-congestion',
  'insufficient',
]);
export type CellState = z.infer<typeof CellState>;

/** A cell as it is judged now. */
export const Cell = z.object({
  /** `network` for Brakelight's own probes, else the name of an imported data set. */
  source: Slug,
  /** An import: judged at the rows' own time, says nothing about today. */
  historical: z.boolean(),
  country: Country.nullable(),
  /** `null`: the whole country. */
  asn: Asn.nullable(),
  asnName: z.string().nullable(),
  target: Slug,
  state: CellState,
  /** Why, in one sentence; for `insufficient` what is missing. */
  reason: z.string(),
  judgedAt: Instant,
  lastUnitAt: Instant.nullable(),
  /** Of the window that was judged. */
  tests: z.int(),
  units: z.int(),
  subnets: z.int(),
  owners: z.int(),
  slowShare: z.number().nullable(),
  /** Medians over the units of the last periods, bits per second. */
  targetRateBps: z.int().nullable(),
  controlRateBps: z.int().nullable(),
  /** Natural logarithm of the detector R, and of the threshold A that opens an incident. */
  logR: z.number().nullable(),
  logA: z.number(),
  p0: z.number().nullable(),
  incidentId: z.string().nullable(),
});
export type Cell = z.infer<typeof Cell>;
