import type { Incident, IncidentAsn, IncidentKind } from '@brakelight/shared';
import { METHOD_VERSION } from '@brakelight/shared';
import { affected } from './affected.js';
import type { CellVerdict } from './cell-verdict.js';
import type { Claim } from './claim.js';
import { confounders } from './confounders.js';
import { joined } from './direction.js';
import { idOf } from './incident-event.js';
import { mechanismSince, type NamedMechanism } from './pair-mechanisms.js';
import { median } from './statistics.js';
import type { TransitionContext } from './transition-context.js';
import type { Unit } from './types.js';

/** Of so many last affected units, two thirds must show another kind before an incident takes it. */
const KIND_UNITS = 12;

/**
 * What an incident says, of a verdict that has or had an alarm, or a suspicion. What was known before is kept where it says
 * more: id, onset and detection of an incident that has outlived the window, its grade, the ASNs it was seen in.
 * @param previous the same incident as it was; `null` for a new one
 * @param claim what it is said on
 */
export function incidentOf(
  previous: Incident | null,
  claim: Claim,
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Incident {
  const { verdict, alarm, since, suspected } = claim;
  const { periodMs, threshold } = context.parameters;
  const time = (period: number) => new Date(period * periodMs).toISOString();
  // Of a suspicion nothing is kept but its id.
  const begins = previous === null || (previous.grade === 'suspected' && !suspected);
  // Late uploads may show that it began earlier; a later alarm is what the window has left of an older one.
  const fresh =
    begins ||
    context.historical ||
    (previous.status !== 'resolved' && alarm.at < Date.parse(previous.detectedAt));
  const detectedAt = fresh ? new Date(alarm.at).toISOString() : previous.detectedAt;
  const place = country.country as string;
  const id = previous?.id ?? idOf('incident', context.source, place, context.target, `${alarm.period}`);
  const confirmed = [country, ...asns].some(({ logSwap }) => logSwap >= Math.log(20));
  const certain = confirmed || previous?.grade === 'sni-triggered' ? 'sni-triggered' : 'slowed';
  const grade = suspected ? 'suspected' : certain;
  const kind = kindOf(begins ? null : previous.kind, claim);
  const mechanism = mechanismKept(begins ? null : previous, claim);
  const subnets = new Set(since.units.map(({ subnet }) => subnet)).size;
  const rate =
    since.rate === null ? '' : `, at a median of ${Math.round(since.rate.medianBps / 1000)} kbit/s`;
  const lastUnit = since.units.at(-1)?.measuredAt ?? alarm.at;
  const updated = Math.max(
    Date.parse(previous?.updatedAt ?? detectedAt),
    alarm.at,
    Math.min(context.at, lastUnit),
  );
  return {
    id,
    source: context.source,
    historical: context.historical,
    country: place,
    target: context.target,
    status: 'open',
    kind,
    grade,
    mechanism: mechanism.name,
    direction: joined(begins ? null : previous.direction, since.direction),
    summary: `${context.target} ${suspected ? 'may be' : context.historical ? 'was' : 'is'} ${kind} in ${place}: ${Math.round(since.share.estimate * 100)} % of ${since.units.length} units from ${subnets} subnets${rate}.`,
    onsetAt: fresh ? time(alarm.onset.best) : previous.onsetAt,
    // Begun amid a period it is not seen in most of that period's units: the first start that fits is the next one's.
    onsetEarliestAt: fresh ? time(alarm.onset.earliest - 1) : previous.onsetEarliestAt,
    onsetLatestAt: fresh ? time(alarm.onset.latest + 1) : previous.onsetLatestAt,
    detectedAt,
    updatedAt: new Date(updated).toISOString(),
    resolvedAt: null,
    resolvedReason: null,
    asns: asns
      .filter(({ units }) => units.length > 0)
      .map((asn) => asnOf(asn, previous, context, time))
      .sort((a, b) => a.asn - b.asn),
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
      controlRateBps: median(since.units.map(({ controlRateBps }) => controlRateBps)),
      logR: Math.max(verdict.logR, alarm.logR),
      logA: Math.log(threshold),
      p0: verdict.outside?.p0 ?? 1,
      p0From: p0From(verdict),
      sybilNumber: since.sybilNumber,
      mechanismPairs: mechanism.pairs,
    },
    confounders: confounders(verdict, since),
    methodVersion: METHOD_VERSION,
    evidenceUrl: `/v1/incidents/${id}/evidence`,
  };
}

/**
 * A censor that changes its means does so for good: single units of another kind do not turn an incident. Nor do the
 * chance failures that are all that is left to see after its end, so a third of the last units has to show it.
 */
function kindOf(before: IncidentKind | null, { verdict: { kind }, since }: Claim): IncidentKind {
  if (before === null || before === kind) return kind;
  const shows = (unit: Unit) =>
    affected(unit) && (kind === 'slow' ? !unit.blocked && !unit.stalled : unit[kind]);
  const ofAffected = since.affected.slice(-KIND_UNITS).filter(shows).length;
  const ofAll = since.units.slice(-KIND_UNITS).filter(shows).length;
  return 3 * ofAffected >= 2 * KIND_UNITS && 3 * ofAll >= KIND_UNITS ? kind : before;
}

/** What was told is kept where the window has nothing left that tells it. */
function mechanismKept(previous: Incident | null, { verdict, alarm }: Claim): NamedMechanism {
  const seen = mechanismSince(verdict.pairs, alarm, verdict.lifts);
  const isKnown = Object.values(seen.pairs).some((count) => count > 0);
  if (isKnown || previous === null) return seen;
  return { name: previous.mechanism, pairs: previous.statistics.mechanismPairs };
}

/** An ASN keeps the onset that it was told with: who was seen once is not news again. */
function asnOf(
  verdict: CellVerdict,
  previous: Incident | null,
  context: TransitionContext,
  time: (period: number) => string,
): IncidentAsn {
  const known = previous?.asns.find(({ asn }) => asn === verdict.asn);
  return {
    asn: verdict.asn as number,
    name: context.names?.get(verdict.asn as number) ?? known?.name ?? null,
    state: verdict.state,
    slowShare: verdict.since?.share.estimate ?? verdict.cell.slowShare ?? 0,
    units: verdict.units.length,
    subnets: verdict.subnets,
    rateBps: verdict.since?.rate?.medianBps ?? null,
    onsetAt: known?.onsetAt ?? (verdict.open === null ? null : time(verdict.open.onset.best)),
    logR: Number.isFinite(verdict.logR) ? verdict.logR : null,
  };
}

function p0From({ outside }: CellVerdict): string {
  if (outside === null) return 'no outside';
  return `same target in ${outside.countries} other countries, ${Math.round(outside.subnets)} subnets, share ${outside.share.toFixed(3)}; same period ${outside.samePeriodUnits} units`;
}
