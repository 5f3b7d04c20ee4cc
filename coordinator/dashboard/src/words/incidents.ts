import type { Confounder, Incident } from '@brakelight/shared';
import { formatDay, formatMinute, inCountry } from './format.js';
import type { Shade } from './states.js';

export type Names = ReadonlyMap<string, string>;

const NOW: Readonly<Record<Incident['kind'], string>> = {
  slow: 'is being throttled',
  stalled: 'is being frozen after a few kilobytes',
  blocked: 'is being blocked',
};
const PAST: Readonly<Record<Incident['kind'], string>> = {
  slow: 'was throttled',
  stalled: 'was frozen after a few kilobytes',
  blocked: 'was blocked',
};
const MAYBE: Readonly<Record<Incident['kind'], string>> = {
  slow: 'may be throttled',
  stalled: 'may be frozen after a few kilobytes',
  blocked: 'may be blocked',
};

/** A suspicion is not an alarm, and a closed one is not current. */
export function sentence(incident: Incident, names: Names): string {
  const { grade, kind, status, historical, country, target } = incident;
  const over = status === 'resolved' || historical;
  const verb = over ? PAST[kind] : grade === 'suspected' ? MAYBE[kind] : NOW[kind];
  return `${names.get(target) ?? target} ${verb} ${inCountry(country)}`;
}

/** A few words, and a clause that says what they mean. */
export interface Explained {
  readonly label: string;
  readonly meaning: string;
}

/** How sure we are, without jargon; for a slow platform. */
export const GRADE_WORDS: Readonly<Record<Incident['grade'], Explained>> = {
  suspected: {
    label: 'Suspected',
    meaning: 'Unusual, but below the threshold of an alarm. It may turn out to be nothing.',
  },
  slowed: {
    label: 'Slower here than elsewhere',
    meaning:
      'The platform is slow here while a control and other countries are not. One bad network link can look the same.',
  },
  'sni-triggered': {
    label: 'Triggered by the name',
    meaning:
      'Connections to one and the same server become slow when they merely carry the platform’s name. This is the strongest evidence.',
  },
};

const HERE_ONLY: Readonly<Record<Incident['kind'], string>> = {
  slow: GRADE_WORDS.slowed.label,
  stalled: 'Freezes here, not elsewhere',
  blocked: 'Fails here, not elsewhere',
};
const WHAT_HAPPENS: Readonly<Record<Incident['kind'], string>> = {
  slow: 'is slow',
  stalled: 'freezes after a few kilobytes',
  blocked: 'cannot be reached',
};

/** {@link GRADE_WORDS} in the words of what is done to the platform. */
export function gradeOf({ grade, kind }: Pick<Incident, 'grade' | 'kind'>): Explained {
  if (grade !== 'slowed') return GRADE_WORDS[grade];
  const meaning = `The platform ${WHAT_HAPPENS[kind]} here while a control and other countries are fine. One bad network link can look the same.`;
  return { label: HERE_ONLY[kind], meaning };
}

export const CONFOUNDER_WORDS: Readonly<Record<Confounder['name'], string>> = {
  'platform-outage': 'The platform itself has trouble',
  'local-congestion': 'All lines here are slow',
  'one-subnet': 'A single network block speaks for all',
  'own-history': 'It has always been like this here',
};

/** The incident as a shade of the map. */
export function shadeOf(incident: Incident): Shade {
  if (incident.grade === 'suspected') return 'suspected';
  return incident.kind === 'slow' ? 'throttled' : incident.kind;
}

/** Of history: was it so until the data end, and who knows for how long after? */
export function outlastsData({ historical, resolvedReason }: Incident): boolean {
  return historical && resolvedReason === 'unobserved';
}

/** `10 March 2021 to 17 May 2021`; for what is not over, since when. */
export function periodOf(incident: Incident): string {
  const { onsetAt, resolvedAt } = incident;
  if (resolvedAt === null) return `Since ${formatMinute(onsetAt)}`;
  const until = outlastsData(incident) ? 'until at least' : 'to';
  return `${formatDay(onsetAt)} ${until} ${formatDay(resolvedAt)}`;
}

export interface Status {
  readonly label: string;
  readonly tone: 'open' | 'lost' | 'closed';
}

export function statusOf(incident: Incident): Status {
  if (incident.status === 'resolved') {
    const why = { lifted: 'Lifted', withdrawn: 'Withdrawn', unobserved: 'No longer observed' } as const;
    if (outlastsData(incident)) return { label: 'Still so when the data end', tone: 'closed' };
    return { label: incident.resolvedReason ? why[incident.resolvedReason] : 'Over', tone: 'closed' };
  }
  if (incident.status === 'observation-lost') return { label: 'Open, out of sight', tone: 'lost' };
  return { label: incident.grade === 'suspected' ? 'Under watch' : 'Going on', tone: 'open' };
}

/** Open before closed, alarms before suspicions, then the latest onset first. */
export function byUrgency(a: Incident, b: Incident): number {
  return rank(a) - rank(b) || b.onsetAt.localeCompare(a.onsetAt);
}

function rank({ status, grade }: Incident): number {
  return (status === 'resolved' ? 2 : 0) + (grade === 'suspected' ? 1 : 0);
}
