import {
  Cell,
  type CellState,
  Incident,
  type IncidentAsn,
  IncidentEvent,
  SeriesPoint,
  ThrottledNow,
} from '@brakelight/shared';

/** A wave between 0 and 1 that is the same on every run. */
function wave(i: number, seed: number): number {
  return (Math.sin(i * 0.9 + seed) * Math.cos(i * 0.37 + seed * 2) + 1) / 2;
}

const iso = (ms: number) => new Date(ms).toISOString();
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-11-20T12:00:00.000Z');

const NAMES = new Map([
  ['chirper', 'Chirper'],
  ['picturegram', 'Picturegram'],
  ['tubes', 'Tubes'],
]);

export const targets = [
  ...[...NAMES].map(([target, name]) => ({ source: 'network', target, name, historical: false })),
  { source: '4ndv', target: 'twitter', name: 'Twitter', historical: true },
];

interface CellSketch {
  country: string;
  target: string;
  state: CellState;
  asn?: number;
  asnName?: string;
  source?: string;
  incidentId?: string;
  reason: string;
}

const RATES: Partial<Record<CellState, number | null>> = {
  throttled: 128_000,
  suspected: 2_100_000,
  stalled: 21_000,
  blocked: null,
  'platform-outage': 900_000,
  'local-congestion': 1_300_000,
  insufficient: null,
};

function cell(sketch: CellSketch): Cell {
  const silent = sketch.state === 'insufficient';
  const rate = RATES[sketch.state];
  return Cell.parse({
    source: sketch.source ?? 'network',
    historical: sketch.source !== undefined,
    country: sketch.country,
    asn: sketch.asn ?? null,
    asnName: sketch.asnName ?? null,
    target: sketch.target,
    state: sketch.state,
    reason: sketch.reason,
    judgedAt: iso(NOW),
    lastUnitAt: silent ? null : iso(NOW - 4 * 60_000),
    tests: silent ? 3 : 412,
    units: silent ? 3 : 190,
    subnets: silent ? 1 : 9,
    owners: silent ? 1 : 7,
    slowShare: silent ? null : sketch.state === 'normal' ? 0.02 : 0.87,
    targetRateBps: rate === undefined ? 27_400_000 : rate,
    controlRateBps: silent ? null : sketch.state === 'local-congestion' ? 1_500_000 : 29_800_000,
    logR: silent ? null : 21.4,
    logA: 17.37,
    p0: silent ? null : 0.05,
    incidentId: sketch.incidentId ?? null,
  });
}

const NORMAL = [
  'DE',
  'FR',
  'SE',
  'US',
  'BR',
  'JP',
  'ZA',
  'AR',
  'PL',
  'IT',
  'MX',
  'AU',
  'CA',
  'KR',
  'NL',
  'KE',
];
const normal = (target: string) =>
  NORMAL.map((country) => cell({ country, target, state: 'normal', reason: 'As fast as the control.' }));

/** Every state at once, in places with nothing to do with the stand-in platforms. */
export const cells: Cell[] = [
  ...normal('chirper'),
  ...normal('picturegram'),
  cell({
    country: 'IS',
    target: 'chirper',
    state: 'throttled',
    incidentId: 'live-1',
    reason: 'Slow here, normal elsewhere.',
  }),
  cell({
    country: 'IS',
    target: 'chirper',
    state: 'throttled',
    asn: 64_500,
    asnName: 'Example North',
    incidentId: 'live-1',
    reason: 'Slow here, normal elsewhere.',
  }),
  cell({
    country: 'IS',
    target: 'chirper',
    state: 'normal',
    asn: 64_501,
    asnName: 'Example Fjord',
    reason: 'As fast as the control.',
  }),
  cell({ country: 'IS', target: 'picturegram', state: 'normal', reason: 'As fast as the control.' }),
  cell({
    country: 'PE',
    target: 'tubes',
    state: 'blocked',
    incidentId: 'live-2',
    reason: 'Handshakes are reset.',
  }),
  cell({
    country: 'MN',
    target: 'tubes',
    state: 'stalled',
    incidentId: 'live-3',
    reason: 'Transfers stop after 16 kB.',
  }),
  cell({
    country: 'PT',
    target: 'chirper',
    state: 'suspected',
    incidentId: 'live-4',
    reason: 'Unusual, two subnets so far.',
  }),
  cell({ country: 'FI', target: 'tubes', state: 'platform-outage', reason: 'Slow in 5 of 6 countries.' }),
  cell({ country: 'NZ', target: 'tubes', state: 'local-congestion', reason: 'The control is slow too.' }),
  cell({ country: 'MA', target: 'chirper', state: 'insufficient', reason: '2 more subnets are needed.' }),
  cell({ country: 'CL', target: 'chirper', state: 'insufficient', reason: '2 more subnets are needed.' }),
  cell({ country: 'SG', target: 'chirper', state: 'normal', reason: 'As fast as the control.' }),
  cell({
    country: 'RU',
    target: 'twitter',
    state: 'normal',
    source: '4ndv',
    incidentId: 'past-1',
    reason: 'Lifted.',
  }),
  cell({
    country: 'UA',
    target: 'twitter',
    state: 'normal',
    source: '4ndv',
    reason: 'As fast as the control.',
  }),
  cell({ country: 'KZ', target: 'twitter', state: 'insufficient', source: '4ndv', reason: '1 subnet only.' }),
];

function asnRows(n: number, rateBps: number, onsetAt: string): IncidentAsn[] {
  return Array.from({ length: n }, (_, i) => ({
    asn: 64_496 + i,
    name: i % 5 === 4 ? null : `Example Network ${i + 1}`,
    state: i < n * 0.8 ? 'throttled' : 'normal',
    slowShare: Math.max(0.02, 0.98 - (i / n) * 0.7),
    units: 640 - i * 21,
    subnets: 120 - i * 4,
    rateBps: Math.round(rateBps * (0.94 + wave(i, 3) * 0.1)),
    onsetAt: i < n * 0.8 ? onsetAt : null,
    logR: 40 - i,
  }));
}

interface IncidentSketch {
  id: string;
  country: string;
  target: string;
  onset: number;
  lifted?: number;
  source?: string;
  kind?: Incident['kind'];
  grade?: Incident['grade'];
  status?: Incident['status'];
  direction?: Incident['direction'];
  mechanism?: Incident['mechanism'];
  asns: number;
  rateBps: number | null;
  summary: string;
}

function incident(sketch: IncidentSketch): Incident {
  const { onset, rateBps, asns } = sketch;
  const historical = sketch.source !== undefined;
  const spread = historical ? 12 * HOUR : 15 * 60_000;
  return Incident.parse({
    id: sketch.id,
    source: sketch.source ?? 'network',
    historical,
    country: sketch.country,
    target: sketch.target,
    status: sketch.status ?? (sketch.lifted ? 'resolved' : 'open'),
    kind: sketch.kind ?? 'slow',
    grade: sketch.grade ?? 'slowed',
    direction: sketch.direction ?? 'download',
    mechanism: sketch.mechanism ?? null,
    summary: sketch.summary,
    onsetAt: iso(onset),
    onsetEarliestAt: iso(onset - spread),
    onsetLatestAt: iso(onset + spread),
    detectedAt: iso(onset + 2 * spread),
    updatedAt: iso(sketch.lifted ?? NOW),
    resolvedAt: sketch.lifted ? iso(sketch.lifted) : null,
    resolvedReason: sketch.lifted ? 'lifted' : null,
    asns: asnRows(asns, rateBps ?? 0, iso(onset + spread)),
    statistics: {
      tests: historical ? 21_480 : 812,
      units: historical ? 11_571 : 316,
      affectedUnits: historical ? 9_480 : 241,
      subnets: historical ? 1_940 : 14,
      asns,
      owners: historical ? 1_940 : 11,
      share: { estimate: 0.82, lower: 0.79, upper: 0.85 },
      shareWithoutFastest: 0.88,
      rate:
        rateBps === null
          ? null
          : {
              medianBps: rateBps,
              p25Bps: Math.round(rateBps * 0.92),
              p75Bps: Math.round(rateBps * 1.06),
              fixed: true,
              slope: 0.025,
            },
      controlRateBps: 28_300_000,
      logR: 52.7,
      logA: 17.37,
      p0: 0.07,
      p0From: 'the same platform in 31 other countries',
      sybilNumber: historical ? 211 : 4,
      mechanismPairs: sketch.mechanism
        ? { policing: 1, shaping: 1, congestion: 0, unclear: 3, [sketch.mechanism]: 12 }
        : { policing: 0, shaping: 0, congestion: 0, unclear: 0 },
    },
    confounders: [
      { name: 'platform-outage', ruledOut: true, finding: 'Slow in 3 % of tests in other countries.' },
      { name: 'local-congestion', ruledOut: true, finding: 'Controls stayed at 28.3 Mbit/s.' },
      { name: 'one-subnet', ruledOut: true, finding: 'Seen in every judged subnet but two.' },
      { name: 'own-history', ruledOut: false, finding: '4 units before the onset: too few to tell.' },
    ],
    methodVersion: '1.0.0',
    evidenceUrl: `/v1/incidents/${sketch.id}/evidence`,
  });
}

export const ONSET_2021 = Date.parse('2021-03-13T00:00:00.000Z');
export const LIFT_2021 = Date.parse('2021-05-17T13:40:00.000Z');

export const incidents: Incident[] = [
  incident({
    id: 'past-1',
    country: 'RU',
    target: 'twitter',
    source: '4ndv',
    onset: ONSET_2021,
    lifted: LIFT_2021,
    asns: 26,
    rateBps: 108_600,
    summary:
      'Twitter was slow in 26 networks of Russia at one fixed rate near 109 kbit/s, while controls ran at 28.3 Mbit/s.',
  }),
  incident({
    id: 'live-0',
    country: 'PL',
    target: 'chirper',
    onset: NOW - 20 * DAY,
    lifted: NOW - 19 * DAY,
    asns: 2,
    rateBps: 512_000,
    summary: 'Chirper was slow in Poland for a day.',
  }),
  incident({
    id: 'live-4',
    country: 'PT',
    target: 'chirper',
    grade: 'suspected',
    onset: NOW - 2 * HOUR,
    asns: 1,
    rateBps: 2_100_000,
    summary: 'Chirper may be slow in Portugal.',
  }),
  incident({
    id: 'live-1',
    country: 'IS',
    target: 'chirper',
    grade: 'sni-triggered',
    direction: 'both',
    mechanism: 'policing',
    onset: NOW - 9 * HOUR,
    asns: 3,
    rateBps: 128_000,
    summary:
      'Chirper is slow in Iceland at one fixed rate near 128 kbit/s, while controls run at 28.3 Mbit/s.',
  }),
  incident({
    id: 'live-2',
    country: 'PE',
    target: 'tubes',
    kind: 'blocked',
    onset: NOW - 30 * HOUR,
    asns: 2,
    rateBps: null,
    summary: 'Connections to Tubes are reset in Peru.',
  }),
  incident({
    id: 'live-3',
    country: 'MN',
    target: 'tubes',
    kind: 'stalled',
    status: 'observation-lost',
    onset: NOW - 3 * DAY,
    asns: 2,
    rateBps: 21_000,
    summary: 'Transfers from Tubes freeze after 16 kB in Mongolia.',
  }),
];

/** Before, during and after; with a gap where nobody measured. */
export function seriesOf(one: Incident): SeriesPoint[] {
  const onset = Date.parse(one.onsetAt);
  const end = one.resolvedAt ? Date.parse(one.resolvedAt) : NOW;
  const step = (end - onset) / 60;
  return Array.from({ length: 84 }, (_, i) => {
    const at = onset + (i - 14) * step;
    const held = at >= onset && (one.resolvedAt === null || at < end);
    const control = 24e6 * (0.8 + wave(i, 1) * 0.5);
    const target = held
      ? (one.statistics.rate?.medianBps ?? 4000) * (0.96 + wave(i, 2) * 0.08)
      : control * 0.93;
    const rate = (value: number) => Math.round(value);
    return SeriesPoint.parse({
      at: iso(at),
      tests: 20 + Math.round(wave(i, 4) * 30),
      slowShare: held ? 0.74 + wave(i, 5) * 0.2 : wave(i, 6) * 0.05,
      targetMedianBps: rate(target),
      targetP25Bps: rate(target * (held ? 0.9 : 0.6)),
      targetP75Bps: rate(target * (held ? 1.1 : 1.5)),
      controlMedianBps: rate(control),
      controlP25Bps: rate(control * 0.55),
      controlP75Bps: rate(control * 1.6),
    });
  }).filter((point, i) => (i < 40 || i > 44) && Date.parse(point.at) <= Math.max(NOW - 1, end));
}

export function eventsOf(one: Incident): IncidentEvent[] {
  const event = (type: IncidentEvent['type'], at: string, reason: string, change: Partial<Incident> = {}) =>
    IncidentEvent.parse({
      id: `${one.id}-${type}`,
      incidentId: one.id,
      type,
      at,
      reason,
      incident: { ...one, ...change },
    });
  return [
    event('detected', one.detectedAt, 'R passed the threshold with 3 subnets of 3 owners.', {
      grade: 'slowed',
    }),
    event('updated', iso(Date.parse(one.detectedAt) + HOUR), 'Seen in 2 more networks.'),
    ...(one.resolvedAt ? [event('resolved', one.resolvedAt, 'Lifted: fast again in every network.')] : []),
  ];
}

/** The networks with an open incident. */
export function throttledNow(cells: readonly Cell[], incidents: readonly Incident[]): ThrottledNow {
  const networks = cells.filter(({ asn, historical }) => asn !== null && !historical);
  return ThrottledNow.parse({
    at: iso(NOW),
    falseDiscoveryRate: 0.05,
    drawnFrom: networks.length,
    data: networks.flatMap(({ logR, ...network }) => {
      const incident = incidents.find(({ id }) => id === network.incidentId);
      if (incident === undefined || logR === null) return [];
      return [{ ...network, grade: incident.grade, onsetAt: incident.onsetAt, logR, logE: logR - 4.6 }];
    }),
  });
}
