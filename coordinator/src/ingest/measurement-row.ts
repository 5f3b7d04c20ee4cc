import type { InvalidReason, TestResult } from '@brakelight/shared';
import { METHOD_VERSION } from '@brakelight/shared';
import { type Classification, invalid } from '../detection/classification.js';
import { classify } from '../detection/classify.js';
import { FRESHNESS_S } from '../probes/signed-request.js';
import type { MeasurementRow } from '../store/rows.js';
import type { Drawn } from '../work/ticket.js';
import type { ProbeJob } from './job.js';

/** Late uploads correlate with censorship and are welcome this long. */
const LATE_MS = 7 * 86_400_000;
/** A probe begins a drawn test within the hour; the rest is for its clock. */
const MAX_WAIT_MS = 2 * 3_600_000;

/** A row as it is stored. @param drawn how the coordinator drew the test */
export function toMeasurementRow(
  result: TestResult,
  drawn: Drawn,
  job: Omit<ProbeJob, 'body' | 'take'>,
): MeasurementRow {
  return {
    id: result.id,
    source: 'network',
    kind: result.kind,
    target: result.target,
    control: result.control,
    direction: drawn.direction,
    deep: result.deep,
    country: job.place.country,
    asn: job.place.asn,
    asnName: job.place.asnName,
    subnet: job.place.subnet,
    owner: job.owner,
    probe: job.probe,
    family: drawn.family,
    measuredAt: new Date(result.measuredAt).toISOString(),
    receivedAt: new Date(job.receivedAt).toISOString(),
    ...judge(result, drawn, job),
    arms: JSON.stringify(result.arms),
    agentVersion: result.agentVersion,
    methodVersion: METHOD_VERSION,
    nodeVersion: result.nodeVersion,
    networkDbDate: job.place.databaseDate,
  };
}

/** What the test says, unless something about it forbids to listen. The first reason that applies is kept. */
function judge(result: TestResult, drawn: Drawn, job: Omit<ProbeJob, 'body' | 'take'>): Classification {
  const forbidden = forbid(result, drawn, job);
  if (forbidden) return invalid(forbidden);
  const said = classify(result);
  if (said.invalidReason) return said;
  // These are shown with their class, and never counted.
  if (job.place.country === null && job.place.asn === null) return { ...said, invalidReason: 'unlocated' };
  if (job.probation) return { ...said, invalidReason: 'probation' };
  return said;
}

function forbid(
  result: TestResult,
  drawn: Drawn,
  job: Pick<ProbeJob, 'consents' | 'receivedAt'>,
): InvalidReason | undefined {
  const measuredAt = Date.parse(result.measuredAt);
  if (!job.consents.includes(result.kind)) return 'consent';
  if (result.arms.some(({ arm }, i) => arm !== drawn.order[i])) return 'wrong-order';
  if (result.arms.some(({ direction }) => direction !== drawn.direction)) return 'wrong-direction';
  // An arm that never got as far as a connection has no family.
  if (result.arms.some(({ family }) => family !== null && family !== drawn.family)) return 'wrong-family';
  if (measuredAt > job.receivedAt + FRESHNESS_S * 1000) return 'future-dated';
  if (measuredAt - Date.parse(result.drawnAt) > MAX_WAIT_MS) return 'wrong-times';
  if (job.receivedAt - measuredAt > LATE_MS) return 'late';
  return undefined;
}
