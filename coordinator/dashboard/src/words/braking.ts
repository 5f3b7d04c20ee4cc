import type { AffectedDirection, Incident, Mechanism } from '@brakelight/shared';
import { formatCount } from './format.js';
import type { Explained } from './incidents.js';

const DIRECTION_WORDS: Readonly<Record<AffectedDirection, Explained>> = {
  download: { label: 'Downloads', meaning: 'that uploads are, too, was not shown' },
  upload: { label: 'Uploads', meaning: 'that downloads are, too, was not shown' },
  both: { label: 'Downloads and uploads', meaning: 'each shown by tests of its own' },
};

/** Which way bytes are held back, and what that says of the other way. */
export function directionOf({ direction, kind }: Pick<Incident, 'direction' | 'kind'>): Explained {
  if (kind !== 'blocked') return DIRECTION_WORDS[direction];
  return { label: 'Connections', meaning: 'they fail before anything is carried, either way' };
}

/** How a rate is held down, without jargon; its name stands in the meaning. */
const MECHANISM_WORDS: Readonly<Record<Mechanism, Explained>> = {
  policing: {
    label: 'Excess is dropped',
    meaning: 'what comes faster than the rate is thrown away: policing',
  },
  shaping: { label: 'Excess waits', meaning: 'what comes faster than the rate waits in a queue: shaping' },
  congestion: {
    label: 'A full queue',
    meaning: 'which every name waits in, not the platform’s alone: congestion',
  },
};

const WITHOUT_RATE: Readonly<Record<Exclude<Incident['kind'], 'slow'>, Explained>> = {
  stalled: { label: 'Transfers freeze', meaning: 'after their first kilobytes nothing more comes' },
  blocked: { label: 'Connections fail', meaning: 'they are refused, cut, or never answered' },
};

/** How it is done, on how many name-swap tests that rests, or that nobody knows. */
export function mechanismOf({ kind, mechanism, statistics }: Incident): Explained {
  if (kind !== 'slow') return WITHOUT_RATE[kind];
  const { policing, shaping, congestion } = statistics.mechanismPairs;
  const telling = policing + shaping + congestion;
  if (mechanism === null) {
    const meaning = telling === 0 ? 'no test could tell' : 'too few tests tell, or they disagree';
    return { label: 'Not known', meaning };
  }
  const { label, meaning } = MECHANISM_WORDS[mechanism];
  const shown = formatCount(statistics.mechanismPairs[mechanism]);
  return { label, meaning: `${meaning} (${shown} of ${formatCount(telling)} name-swap tests that tell)` };
}

/** For a line of a list: `Downloads held back; excess is dropped`. Of a slow platform. */
export function brakingInShort({ direction, mechanism }: Pick<Incident, 'direction' | 'mechanism'>): string {
  const way = `${DIRECTION_WORDS[direction].label} held back`;
  return mechanism === null ? way : `${way}; ${MECHANISM_WORDS[mechanism].label.toLowerCase()}`;
}
