import type { MeasurementRow } from '@brakelight/coordinator/store/rows';
import type { Cell, Incident, IncidentEvent } from '@brakelight/shared';

/** An incident as the judge writes it. */
export function sampleIncident(change: Partial<Incident> = {}): Incident {
  const id = change.id ?? '01J0000000000000000000000A';
  return {
    id,
    source: 'network',
    historical: false,
    country: 'RU',
    target: 'twitter',
    status: 'open',
    kind: 'slow',
    grade: 'slowed',
    direction: 'download',
    mechanism: 'policing',
    summary: 'twitter is slowed down in Russia',
    onsetAt: '2026-03-10T07:00:00.000Z',
    onsetEarliestAt: '2026-03-10T06:30:00.000Z',
    onsetLatestAt: '2026-03-10T07:30:00.000Z',
    detectedAt: '2026-03-10T09:00:00.000Z',
    updatedAt: '2026-03-10T09:00:00.000Z',
    resolvedAt: null,
    resolvedReason: null,
    asns: [
      {
        asn: 64500,
        name: 'Example Telecom',
        state: 'throttled',
        slowShare: 0.9,
        units: 20,
        subnets: 5,
        rateBps: 108_000,
        onsetAt: '2026-03-10T07:00:00.000Z',
        logR: 20.5,
      },
    ],
    statistics: {
      tests: 140,
      units: 120,
      affectedUnits: 108,
      subnets: 17,
      asns: 5,
      owners: 16,
      share: { estimate: 0.9, lower: 0.85, upper: 0.96 },
      shareWithoutFastest: 0.93,
      rate: { medianBps: 108_600, p25Bps: 100_000, p75Bps: 115_000, fixed: true, slope: 0.02 },
      controlRateBps: 23_400_000,
      logR: 31.2,
      logA: 17.4,
      p0: 0.05,
      p0From: 'the same target in 3 other countries',
      sybilNumber: 6,
      mechanismPairs: { policing: 5, shaping: 0, congestion: 0, unclear: 2 },
    },
    confounders: [{ name: 'platform-outage', ruledOut: true, finding: 'normal in 3 other countries' }],
    methodVersion: '1.0.0',
    evidenceUrl: `/v1/incidents/${id}/evidence`,
    ...change,
  };
}

/** An event of {@link sampleIncident}. */
export function sampleEvent(
  type: IncidentEvent['type'],
  id: string,
  change: Partial<Incident> = {},
  at = '2026-03-10T09:00:00.000Z',
): IncidentEvent {
  const resolved =
    type === 'resolved'
      ? { status: 'resolved' as const, resolvedAt: at, resolvedReason: 'lifted' as const }
      : {};
  const incident = sampleIncident({ ...resolved, ...change });
  return { id, incidentId: incident.id, type, at, reason: 'The threshold was crossed.', incident };
}

export function sampleCell(change: Partial<Cell> = {}): Cell {
  return {
    source: 'network',
    historical: false,
    country: 'RU',
    asn: null,
    asnName: null,
    target: 'twitter',
    state: 'throttled',
    reason: 'R is above A.',
    judgedAt: '2026-03-10T09:00:00.000Z',
    lastUnitAt: '2026-03-10T08:59:00.000Z',
    tests: 140,
    units: 120,
    subnets: 17,
    owners: 16,
    slowShare: 0.9,
    targetRateBps: 108_600,
    controlRateBps: 23_400_000,
    logR: 31.2,
    logA: 17.4,
    p0: 0.05,
    incidentId: '01J0000000000000000000000A',
    ...change,
  };
}

export function sampleRow(n: number, change: Partial<MeasurementRow> = {}): MeasurementRow {
  return {
    id: `01J${String(n).padStart(23, '0')}`,
    source: 'network',
    kind: 'platform',
    target: 'twitter',
    control: 'wikipedia',
    direction: 'download',
    deep: false,
    country: 'RU',
    asn: 64500,
    asnName: 'Example Telecom',
    subnet: `subnet-${n % 7}`,
    owner: `owner-${n % 7}`,
    probe: `01PROBE${String(n % 7).padStart(19, '0')}`,
    family: 4,
    measuredAt: new Date(Date.UTC(2026, 2, 10, 7) + n * 60_000).toISOString(),
    receivedAt: new Date(Date.UTC(2026, 2, 10, 7) + n * 60_000 + 5000).toISOString(),
    class: 'slow',
    invalidReason: null,
    targetRateBps: 108_600,
    controlRateBps: 23_400_000,
    ratio: 0.005,
    gain: null,
    arms: '[]',
    agentVersion: '0.1.0',
    methodVersion: '1.0.0',
    nodeVersion: 'v20.20.0',
    networkDbDate: '2026-11-01',
    ...change,
  };
}
