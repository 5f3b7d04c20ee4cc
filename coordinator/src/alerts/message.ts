import { AlertMessage, type AlertType, type Incident, type IncidentEvent } from '@brakelight/shared';

/** An alert that lacks what it rests on. It must not be sent; whoever judges has a fault. */
export class IncompleteAlert extends Error {
  override readonly name = 'IncompleteAlert';
}

/**
 * The message of an event. No alert goes out without n, the number of independent subnets, the rate, the interval and a
 * link to its evidence.
 * @param publicUrl where people reach this coordinator; the evidence link becomes absolute through it
 * @throws IncompleteAlert
 */
export function composeAlert(event: IncidentEvent, type: AlertType, publicUrl: string): AlertMessage {
  const { incident } = event;
  const missing = whatIsMissing(incident);
  if (missing.length > 0) {
    throw new IncompleteAlert(`event ${event.id} of incident ${incident.id} has no ${missing.join(', no ')}`);
  }
  const evidenceUrl = new URL(incident.evidenceUrl, publicUrl).href;
  return AlertMessage.parse({
    type,
    timestamp: event.at,
    data: {
      eventId: event.id,
      summary: summarise(type, event),
      reason: event.reason,
      evidenceUrl,
      incident: { ...incident, evidenceUrl },
    },
  });
}

function whatIsMissing({ statistics: s, kind, evidenceUrl }: Incident): string[] {
  return [
    !(s.units > 0 && s.tests > 0) && 'n',
    !(s.subnets > 0) && 'number of subnets',
    !(s.share.lower <= s.share.upper) && 'interval',
    // A blocked platform has no rate: nothing came.
    kind === 'slow' && !s.rate && 'rate',
    !evidenceUrl && 'evidence',
  ].filter((name) => name !== false);
}

const VERB: Readonly<Record<Incident['kind'], string>> = {
  slow: 'slowed down',
  stalled: 'cut off after the first kilobytes',
  blocked: 'blocked',
};

const END: Readonly<Record<NonNullable<Incident['resolvedReason']>, string>> = {
  lifted: 'it is normal again',
  withdrawn: 'the alarm is withdrawn: later data do not support it',
  unobserved: 'no valid measurement came for a week, so nothing can be said any more',
};

const FADED: typeof END = {
  ...END,
  withdrawn: 'the suspicion faded: later data do not support it',
  unobserved: 'the suspicion was left open: nobody measures there any more',
};

const OF_HISTORY: typeof END = { ...END, unobserved: 'the data end here, and do not say what came after' };

const countries = new Intl.DisplayNames(['en'], { type: 'region' });

/** The message in sentences for the person who reads it first. */
function summarise(type: AlertType, { incident, reason }: IncidentEvent): string {
  const { statistics: s, target, country } = incident;
  const place = `${countries.of(country)} (${country})`;
  const past = incident.historical ? `Historical data (${incident.source}): ` : '';
  const suspected = incident.grade === 'suspected';
  const ends = incident.historical ? OF_HISTORY : suspected ? FADED : END;
  const ended = ends[incident.resolvedReason ?? 'unobserved'];
  const verb = suspected ? 'may be' : incident.historical ? 'was' : 'is';
  const head =
    type === 'throttling.resolved'
      ? `${target} in ${place}: ${ended}. It ${suspected ? 'may have been' : 'was'} ${VERB[incident.kind]}`
      : `${target} ${verb} ${VERB[incident.kind]} in ${place}`;
  const end = incident.resolvedAt ? ` until ${minute(incident.resolvedAt)}` : '';
  return [
    `${past}${head} since ${minute(incident.onsetAt)}${end}`,
    ` (onset between ${minute(incident.onsetEarliestAt)} and ${minute(incident.onsetLatestAt)} UTC).`,
    ` Of ${count(s.units, 'unit')} (at most one for each address block, network and period) ${s.affectedUnits} are affected, ${percent(s.share.estimate)}`,
    ` (95 % interval ${percent(s.share.lower)} to ${percent(s.share.upper)}),`,
    ` from ${count(s.tests, 'test')} in ${count(s.subnets, 'independent subnet')} of ${count(s.asns, 'network')}.`,
    s.rate
      ? ` The rate is ${rate(s.rate.medianBps)} (half of the affected units between ${rate(s.rate.p25Bps)} and ${rate(s.rate.p75Bps)})`
      : ' Nothing came through',
    s.controlRateBps === null ? '.' : `; the control had ${rate(s.controlRateBps)}.`,
    ` ${GRADE[incident.grade]}`,
    // Where no connection is made, nothing is carried either way.
    incident.kind === 'blocked' ? '' : ` ${DIRECTION[incident.direction]}`,
    incident.mechanism === null ? '' : ` ${MECHANISM[incident.mechanism]}`,
    type === 'throttling.updated' ? ` What changed: ${reason}` : '',
  ].join('');
}

const DIRECTION: Readonly<Record<Incident['direction'], string>> = {
  download: 'Held back: downloads; that uploads are, too, was not shown.',
  upload: 'Held back: uploads; that downloads are, too, was not shown.',
  both: 'Held back: downloads and uploads.',
};

const MECHANISM: Readonly<Record<NonNullable<Incident['mechanism']>, string>> = {
  policing: 'What is over the rate is dropped (policing).',
  shaping: 'What is over the rate is queued (shaping).',
  congestion: 'Both names stand in one full queue (congestion).',
};

const GRADE: Readonly<Record<Incident['grade'], string>> = {
  suspected: 'This is a suspicion only.',
  slowed: 'Only the platform itself was compared with a control: one bad peering can look the same.',
  'sni-triggered': 'The name alone makes the difference, at the same address and with the same bytes.',
};

function minute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function rate(bps: number): string {
  return bps >= 1e6 ? `${(bps / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bps / 1e3)} kbit/s`;
}
