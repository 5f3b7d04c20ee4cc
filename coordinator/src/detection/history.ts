import type { Incident } from '@brakelight/shared';
import { kindOf, STATE_OF } from './affected.js';
import type { Alarm } from './alarm.js';
import type { CellVerdict } from './cell-verdict.js';
import { incidentOf } from './incident.js';
import { sinceOnset } from './since.js';
import { finish, lastUnit, silent, type Transition } from './telling.js';
import type { TransitionContext } from './transition-context.js';

/** From an alarm of a cell to its end; infinity where the data end before. */
interface Spell {
  readonly verdict: CellVerdict;
  readonly alarm: Alarm;
  readonly end: number;
}

/** Spells of a country and its ASNs that belong together. */
interface Episode {
  readonly spells: readonly Spell[];
  readonly end: number;
}

/**
 * What an import tells of a country: an incident for every episode of its whole history, and each of them is over. What was
 * still so when the data end is `unobserved` since then: they say nothing about today. A pure function of the verdicts;
 * what was told before only lends its ids, so that a second import of the same story tells nothing new.
 * @param previous every incident that was told of this country, target and source
 */
export function history(
  previous: readonly Incident[],
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Transition[] {
  const left = new Set(previous);
  const told = episodesOf([country, ...asns], context.parameters.holdMs).map((episode) => {
    const known = [...left].find((incident) => overlaps(incident, episode, context)) ?? null;
    if (known !== null) left.delete(known);
    return tellEpisode(known, episode, country, asns, context);
  });
  // What more rows no longer show.
  const gone = [...left].map((incident) =>
    incident.resolvedReason === 'withdrawn'
      ? silent(incident)
      : finish(incident, incident, 'withdrawn', context.at),
  );
  return [...told, ...gone];
}

/** In the order of their alarms; what begins within the hold time after another's end belongs to it. */
function episodesOf(verdicts: readonly CellVerdict[], holdMs: number): Episode[] {
  const spells = verdicts
    .flatMap((verdict) =>
      verdict.alarms.map((alarm, at): Spell => {
        return { verdict, alarm, end: verdict.lifts[at]?.at ?? Number.POSITIVE_INFINITY };
      }),
    )
    .sort((a, b) => a.alarm.at - b.alarm.at);
  const episodes: Episode[] = [];
  for (const spell of spells) {
    const last = episodes.at(-1);
    if (last === undefined || spell.alarm.at > last.end + holdMs) {
      episodes.push({ spells: [spell], end: spell.end });
    } else {
      episodes[episodes.length - 1] = {
        spells: [...last.spells, spell],
        end: Math.max(last.end, spell.end),
      };
    }
  }
  return episodes;
}

function overlaps(incident: Incident, { spells, end }: Episode, { parameters }: TransitionContext): boolean {
  const onset = Math.min(...spells.map(({ alarm }) => alarm.onset.best)) * parameters.periodMs;
  const resolved = incident.resolvedAt === null ? Number.POSITIVE_INFINITY : Date.parse(incident.resolvedAt);
  return Date.parse(incident.onsetAt) <= end && resolved >= onset;
}

function tellEpisode(
  known: Incident | null,
  episode: Episode,
  country: CellVerdict,
  asns: readonly CellVerdict[],
  context: TransitionContext,
): Transition {
  const { spells, end } = episode;
  const speaking = spells.find(({ verdict }) => verdict.asn === null) ?? (spells[0] as Spell);
  const within = (verdict: CellVerdict) => during(verdict, episode, context);
  const verdict = within(speaking.verdict);
  const since = verdict.since as NonNullable<CellVerdict['since']>;
  const claim = { verdict, alarm: speaking.alarm, since, suspected: false };
  const now = incidentOf(known, claim, within(country), asns.map(within), context);
  const [reason, at] = Number.isFinite(end)
    ? (['lifted', end] as const)
    : (['unobserved', lastUnit(country)] as const);
  const resolvedAt = new Date(at).toISOString();
  if (known?.resolvedReason === reason && known.resolvedAt === resolvedAt) {
    return silent({ ...now, status: 'resolved', resolvedAt, resolvedReason: reason });
  }
  return finish(known, now, reason, at);
}

/** A verdict as it stood in an episode: its alarm in it, if it had one, and nothing that came after. */
function during(verdict: CellVerdict, { spells, end }: Episode, context: TransitionContext): CellVerdict {
  const alarm = spells.find((spell) => spell.verdict === verdict)?.alarm ?? null;
  const units = verdict.units.filter(({ measuredAt }) => measuredAt <= end);
  const subnets = new Set(units.map(({ subnet }) => subnet)).size;
  if (alarm === null) {
    const state = subnets < context.parameters.minSubnets ? 'insufficient' : 'normal';
    return { ...verdict, units, subnets, state, alarms: [], lifts: [], open: null, since: null };
  }
  const seen = sinceOnset(units, alarm, end, context.parameters);
  const kind = kindOf(seen.affected);
  const last = verdict.since !== null && alarm === verdict.alarms.at(-1) ? verdict.since : null;
  const since = { ...seen, direction: last?.direction ?? 'download', sybilNumber: last?.sybilNumber ?? null };
  return { ...verdict, units, subnets, kind, state: STATE_OF[kind], since, open: alarm, logR: alarm.logR };
}
