import { createHash } from 'node:crypto';
import type { Confounder, Incident, IncidentAsn, IncidentEvent, ResolvedReason } from '@brakelight/shared';
import type { CellVerdict } from './judge-target.js';
import { METHOD_VERSION } from './method-version.js';
import type { DetectionParameters } from './parameters.js';

const DAY_MS = 86_400_000;

/** Where and when is judged. */
export interface TransitionContext {
  readonly source: string;
  readonly target: string;
  readonly historical: boolean;
  /** Unix milliseconds of the judgement; for an import the rows' own time. */
  readonly at: number;
  readonly parameters: DetectionParameters;
  /** Names of ASNs, where known. */
  readonly names?: ReadonlyMap<number, string>;
}

/** The incident as it is now, and the events that are new. */
export interface Transition {
  readonly incident: Incident | null;
  readonly events: readonly IncidentEvent[];
}

/**
 * From what was said before, and what is seen now, to what is to be said. Pure, and idempotent: ids are made from what
 * they name, so a re-run says the same events.
 * @param previous the incident of this country and target that is open, or ended within the hold time; else `null`
 * @param country verdict of the country
 * @param asns verdicts of its ASNs
 */
export function transition(
  previous: Incident | null,
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Transition {
  const speaking = speaker(country, asns);
  if (speaking !== null) return raised(previous, speaking, country, asns, context);
  if (previous === null || previous.status === 'resolved') return { incident: previous, events: [] };
  return ended(previous, country, asns, context);
}

/** Whose alarm is open: the country's, else the earliest of its ASNs'. */
function speaker(country: CellVerdict, asns: readonly CellVerdict[]): CellVerdict | null {
  const lifted = country.alarms.length > 0 && country.open === null;
  if (country.open !== null) return country;
  const open = asns.filter((asn) => asn.open !== null && !(lifted && asn.cell.state === 'insufficient'));
  return open.sort((a, b) => (a.open?.at ?? 0) - (b.open?.at ?? 0))[0] ?? null;
}

function raised(
  previous: Incident | null,
  speaking: CellVerdict,
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Transition {
  const incident = incidentOf(previous, speaking, country, asns, context);
  const lost =
    lastUnit(country) < context.at - context.parameters.lostAfterPeriods * context.parameters.periodMs;
  if (lastUnit(country) < context.at - context.parameters.unobservedDays * DAY_MS) {
    if (previous?.status === 'resolved') return { incident: previous, events: [] };
    const end = resolve(incident, 'unobserved', context.at);
    const first = previous === null ? [event(incident, 'detected', incident.detectedAt, 'Detected.')] : [];
    return {
      incident: end,
      events: [...first, event(end, 'resolved', end.updatedAt, 'No valid test for a week.')],
    };
  }
  const now: Incident = { ...incident, status: lost ? 'observation-lost' : 'open' };
  if (previous === null)
    return { incident: now, events: [event(now, 'detected', now.detectedAt, now.summary)] };
  const reason = change(previous, now);
  return { incident: now, events: reason === null ? [] : [event(now, 'updated', now.updatedAt, reason)] };
}

/** Why an update is news; `null` where it is not. */
function change(before: Incident, now: Incident): string | null {
  if (before.status === 'resolved') return 'It began again.';
  if (before.kind !== now.kind) return `It turned from ${before.kind} to ${now.kind}.`;
  if (before.grade !== now.grade) return `The grade rose from ${before.grade} to ${now.grade}.`;
  if (before.status !== now.status) {
    return now.status === 'open' ? 'Valid tests come again.' : 'Observation is lost: no valid test any more.';
  }
  const known = new Set(before.asns.filter(isAffected).map(({ asn }) => asn));
  const added = now.asns.filter((asn) => isAffected(asn) && !known.has(asn.asn)).map(({ asn }) => `AS${asn}`);
  return added.length === 0
    ? null
    : `Seen in ${added.slice(0, 5).join(', ')}${added.length > 5 ? ' and others' : ''}, too.`;
}

function isAffected({ state }: IncidentAsn): boolean {
  return state === 'throttled' || state === 'blocked' || state === 'stalled';
}

function ended(
  previous: Incident,
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Transition {
  const { parameters, at } = context;
  const detectedAt = Date.parse(previous.detectedAt);
  const lift = [country, ...asns]
    .flatMap(({ lifts }) => lifts)
    .filter((one) => one.at >= detectedAt)
    .at(0);
  const last = lastUnit(country);
  const windowStart = at - parameters.windowPeriods * parameters.periodMs;
  if (lift === undefined && last < at - parameters.lostAfterPeriods * parameters.periodMs) {
    if (last < at - parameters.unobservedDays * DAY_MS) return finish(previous, 'unobserved', at);
    if (previous.status === 'observation-lost') return { incident: previous, events: [] };
    const lost: Incident = { ...previous, status: 'observation-lost', updatedAt: new Date(at).toISOString() };
    return { incident: lost, events: [event(lost, 'updated', lost.updatedAt, 'Observation is lost.')] };
  }
  if (lift !== undefined) return finish(previous, 'lifted', lift.at);
  // What began before the window and is normal throughout it has ended; what began inside it was never there.
  return finish(previous, detectedAt < windowStart ? 'lifted' : 'withdrawn', at);
}

const RESOLVED: Record<ResolvedReason, string> = {
  lifted: 'It was lifted: the platform is as fast as elsewhere again.',
  withdrawn: 'Withdrawn: with what came later the data no longer show it.',
  unobserved: 'Nobody measured there for a week.',
};

function finish(previous: Incident, reason: ResolvedReason, at: number): Transition {
  const incident = resolve(previous, reason, at);
  return { incident, events: [event(incident, 'resolved', incident.updatedAt, RESOLVED[reason])] };
}

function resolve(incident: Incident, reason: ResolvedReason, at: number): Incident {
  const when = new Date(at).toISOString();
  return { ...incident, status: 'resolved', resolvedAt: when, resolvedReason: reason, updatedAt: when };
}

function lastUnit(verdict: CellVerdict): number {
  return verdict.units.at(-1)?.measuredAt ?? Number.NEGATIVE_INFINITY;
}

function incidentOf(
  previous: Incident | null,
  speaking: CellVerdict,
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Incident {
  const alarm = speaking.open as NonNullable<CellVerdict['open']>;
  const since = speaking.since as NonNullable<CellVerdict['since']>;
  const { periodMs, threshold } = context.parameters;
  const time = (period: number) => new Date(period * periodMs).toISOString();
  const detectedAt = previous?.detectedAt ?? new Date(alarm.at).toISOString();
  const id =
    previous?.id ??
    idOf('incident', context.source, country.country ?? '', context.target, `${alarm.period}`);
  const confirmed = [country, ...asns].some(({ logSwap }) => logSwap >= Math.log(20));
  const grade = confirmed || previous?.grade === 'sni-triggered' ? 'sni-triggered' : 'slowed';
  const median =
    since.rate === null ? '' : `, at a median of ${Math.round(since.rate.medianBps / 1000)} kbit/s`;
  const control = medianOf(since.units.flatMap(({ controlRateBps }) => controlRateBps ?? []));
  const subnets = new Set(since.units.map(({ subnet }) => subnet)).size;
  const share = Math.round(since.share.estimate * 100);
  return {
    id,
    source: context.source,
    historical: context.historical,
    country: country.country as string,
    target: context.target,
    status: 'open',
    kind: speaking.kind,
    grade,
    summary: `${context.target} is ${speaking.kind} in ${country.country}: ${share} % of ${since.units.length} units from ${subnets} subnets${median}.`,
    onsetAt: previous?.onsetAt ?? time(alarm.onset.best),
    onsetEarliestAt: previous?.onsetEarliestAt ?? time(alarm.onset.earliest),
    onsetLatestAt: previous?.onsetLatestAt ?? time(alarm.onset.latest + 1),
    detectedAt,
    updatedAt: new Date(
      Math.max(Date.parse(detectedAt), Math.min(context.at, lastUnit(country))),
    ).toISOString(),
    resolvedAt: null,
    resolvedReason: null,
    asns: asns.filter(({ units }) => units.length > 0).map((asn) => asnOf(asn, context, time)),
    statistics: {
      tests: since.units.reduce((sum, unit) => sum + unit.tests, 0),
      units: since.units.length,
      affectedUnits: since.affected.length,
      subnets,
      asns: new Set(since.units.map(({ asn }) => asn)).size,
      owners: new Set(since.units.map(({ owner }) => owner)).size,
      share: since.share,
      shareWithoutFastest: since.shareWithoutFastest,
      rate: since.rate,
      controlRateBps: control,
      logR: Math.max(speaking.logR, alarm.logR),
      logA: Math.log(threshold),
      p0: speaking.outside?.p0 ?? 1,
      p0From: p0From(speaking),
      sybilNumber: since.sybilNumber,
    },
    confounders: confounders(speaking, since.sybilNumber),
    methodVersion: METHOD_VERSION,
    evidenceUrl: `/v1/incidents/${id}/evidence`,
  };
}

function asnOf(
  verdict: CellVerdict,
  context: TransitionContext,
  time: (period: number) => string,
): IncidentAsn {
  return {
    asn: verdict.asn as number,
    name: context.names?.get(verdict.asn as number) ?? null,
    state: verdict.state,
    slowShare: verdict.since?.share.estimate ?? verdict.cell.slowShare ?? 0,
    units: verdict.units.length,
    subnets: verdict.subnets,
    rateBps: verdict.since?.rate?.medianBps ?? null,
    onsetAt: verdict.open === null ? null : time(verdict.open.onset.best),
    logR: verdict.logR,
  };
}

function p0From({ outside }: CellVerdict): string {
  if (outside === null) return 'no outside';
  return `same target in ${outside.countries} other countries, ${Math.round(outside.subnets)} subnets, share ${outside.share.toFixed(3)}; same period ${outside.samePeriodUnits} units`;
}

function confounders({ outside, subnets, owners, cell }: CellVerdict, sybil: number): Confounder[] {
  const elsewhere =
    outside === null ? 'nothing known' : `${(outside.share * 100).toFixed(1)} % affected elsewhere`;
  return [
    { name: 'platform-outage', ruledOut: outside?.state === 'usable', finding: elsewhere },
    {
      name: 'local-congestion',
      ruledOut: true,
      finding: `counted only where the control was fast; its median is ${Math.round((cell.controlRateBps ?? 0) / 1000)} kbit/s`,
    },
    {
      name: 'one-subnet',
      ruledOut: subnets >= 3 && owners >= 2,
      finding: `${subnets} subnets of ${owners} owners; stands without the ${sybil} most telling`,
    },
    { name: 'round-trip', ruledOut: true, finding: 'tests limited by their round trip count as normal' },
  ];
}

function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? null : Math.round(sorted[Math.floor(sorted.length / 2)] as number);
}

function event(incident: Incident, type: IncidentEvent['type'], at: string, reason: string): IncidentEvent {
  // Made from what it says, not from when it was worked out: a re-run writes the same event.
  const marks = [incident.id, type, incident.kind, incident.grade, incident.status, reason];
  return { id: idOf('event', ...marks), incidentId: incident.id, type, at, reason, incident };
}

function idOf(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 26);
}
