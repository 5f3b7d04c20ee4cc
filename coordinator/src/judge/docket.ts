import type { DetectionParameters } from '../detection/parameters.js';
import type { SwapPair, Unit } from '../detection/types.js';
import type { Store } from '../store/store.js';

const DAY_MS = 86_400_000;
/** Our own probes' namespace; every other source is an import. */
const NETWORK = 'network';

/** Everything that a judgement of one target is made from. */
export interface Docket {
  readonly source: string;
  readonly target: string;
  /** An import: judged at the rows' own time. */
  readonly historical: boolean;
  readonly parameters: DetectionParameters;
  /** Units of every place: those outside are the baseline. */
  readonly units: readonly Unit[];
  readonly pairs: readonly SwapPair[];
  /** First period with bets. */
  readonly from: number;
  /** Moment of the judgement, Unix milliseconds. */
  readonly at: number;
}

/** Uploads come up to a week late: as long may an incident be judged anew from what led to it. */
const LATE_DAYS = 7;

export interface DocketQuery {
  readonly source: string;
  readonly target: string;
  /** Unix milliseconds, exclusive. */
  readonly until: number;
  /** The first detection among the incidents in question: what it rested on is judged, too. Unix milliseconds. */
  readonly detectedAt?: number;
}

/** Reads the docket of a target as it stood at `until` (Unix milliseconds, exclusive). */
export async function readDocket(
  store: Pick<Store, 'units'>,
  wanted: DocketQuery,
  ours: DetectionParameters,
): Promise<Docket> {
  const { source, target, until } = wanted;
  const historical = source !== NETWORK;
  const parameters = historical ? historicalParameters(ours) : ours;
  const { periodMs, windowPeriods, outsideDays } = parameters;
  const window = windowPeriods * periodMs;
  const detected = Math.max(until - LATE_DAYS * DAY_MS, wanted.detectedAt ?? until);
  const begin = Math.min(until, detected) - window;
  const since = historical ? 0 : begin - outsideDays * DAY_MS;
  const query = { source, target, since, until, periodMs };
  const [units, pairs] = await Promise.all([store.units.units(query), store.units.swapPairs(query)]);
  const at = historical ? (units.at(-1)?.measuredAt ?? until) : until;
  const now = Math.floor(at / periodMs);
  const from = historical ? (units[0]?.period ?? now) : Math.floor(begin / periodMs) + 1;
  return { source, target, historical, parameters, units, pairs, from, at };
}

/** Imports: units of one per (subnet, ASN, day), and a threshold for one data set instead of a fleet. */
function historicalParameters(parameters: DetectionParameters): DetectionParameters {
  return { ...parameters, periodMs: DAY_MS, windowPeriods: 96, threshold: 1e4 };
}
