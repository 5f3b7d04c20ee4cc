import type { MeasurementRow } from '@brakelight/coordinator/store/rows';

/** A plain test of the platform channel, changed as the case wants it. */
export function measurementRow(change: Partial<MeasurementRow> & { id: string }): MeasurementRow {
  return {
    source: 'network',
    kind: 'platform',
    target: 'chirper',
    control: 'plain',
    direction: 'download',
    deep: false,
    country: 'DE',
    asn: 64_496,
    asnName: 'Example Telecom',
    subnet: 's1',
    owner: 'o1',
    probe: 'p1',
    family: 4,
    measuredAt: '2026-03-10T07:00:00.123Z',
    receivedAt: '2026-03-10T07:00:05.000Z',
    class: 'normal',
    invalidReason: null,
    targetRateBps: 20_000_000,
    controlRateBps: 21_000_000,
    ratio: 0.95,
    gain: null,
    arms: '[]',
    agentVersion: '0.1.0',
    methodVersion: '1.0.0',
    nodeVersion: '20.20.0',
    networkDbDate: '2026-03-01',
    ...change,
  };
}
