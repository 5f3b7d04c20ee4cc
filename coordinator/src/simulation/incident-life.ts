import type { Incident, IncidentKind, ResolvedReason } from '@brakelight/shared';
import { judgeTarget } from '../detection/judge-target.js';
import type { DetectionParameters } from '../detection/parameters.js';
import { transition } from '../detection/transition.js';
import type { SwapPair, Unit } from '../detection/types.js';
import { DAY_MS, HOUR_MS } from './scenario.js';
import type { RealEvent } from './score.js';

/** What was told of one real event, from before its onset until after its end. */
export interface IncidentLife {
  readonly target: string;
  readonly country: string;
  /** Incidents that were opened; one is right. */
  readonly incidents: number;
  /** What it was said to be, one after another. */
  readonly kinds: readonly IncidentKind[];
  /** Was it said that nobody sees it any more? */
  readonly lost: boolean;
  /** Why it ended, if it did. */
  readonly end: ResolvedReason | null;
}

/** A coordinator looks whenever something comes in. Here: every 3 h in the first 3 days, then twice a day. */
const LOOKS = [
  { untilMs: 3 * DAY_MS, everyMs: 3 * HOUR_MS },
  { untilMs: Number.POSITIVE_INFINITY, everyMs: 12 * HOUR_MS },
] as const;
/** As long may an incident be judged anew from what led to it (late uploads). */
const LATE_MS = 7 * DAY_MS;

/** A place, and the evidence of its target. */
export interface Followed {
  readonly target: string;
  readonly country: string;
  readonly units: readonly Unit[];
  readonly pairs: readonly SwapPair[];
  readonly event: RealEvent;
}

/** Judges one country again and again, as a coordinator does, and keeps what is said of the incident. */
export function followIncident(followed: Followed, parameters: DetectionParameters): IncidentLife {
  const { target, country, event } = followed;
  const ids = new Set<string>();
  const kinds: IncidentKind[] = [];
  let lost = false;
  let incident: Incident | null = null;
  for (const at of looks(event)) {
    incident = look(followed, incident, at, parameters);
    if (incident === null || incident.grade === 'suspected') continue;
    ids.add(incident.id);
    if (kinds.at(-1) !== incident.kind) kinds.push(incident.kind);
    lost ||= incident.status === 'observation-lost';
  }
  return { target, country, incidents: ids.size, kinds, lost, end: incident?.resolvedReason ?? null };
}

/** From shortly before the onset until a day after the end. */
function* looks({ onset, end }: RealEvent): Generator<number> {
  let at = onset - HOUR_MS;
  for (const { untilMs, everyMs } of LOOKS) {
    for (; at < Math.min(onset + untilMs, end + DAY_MS); at += everyMs) yield at;
  }
}

/** One judgement: what is known at this moment, and nothing that comes later. */
function look(
  { target, country, units, pairs }: Followed,
  previous: Incident | null,
  at: number,
  parameters: DetectionParameters,
): Incident | null {
  const { periodMs, windowPeriods, outsideDays } = parameters;
  const open = previous !== null && previous.status !== 'resolved' ? Date.parse(previous.detectedAt) : at;
  const begin = Math.max(at - LATE_MS, open) - windowPeriods * periodMs;
  const since = begin - outsideDays * DAY_MS;
  const known = ({ measuredAt }: { measuredAt: number }) => measuredAt >= since && measuredAt < at;
  const from = Math.floor(begin / periodMs) + 1;
  const verdicts = judgeTarget(units.filter(known), pairs.filter(known), parameters, at, from);
  const there = verdicts.filter((verdict) => verdict.country === country);
  const whole = there.find(({ asn }) => asn === null);
  if (whole === undefined) return previous;
  const context = { source: 'network', target, historical: false, at, parameters };
  const asns = there.filter(({ asn }) => asn !== null);
  return transition(previous, whole, asns, context).incident;
}
