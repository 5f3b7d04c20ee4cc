import type { ArmObservation, TestResult } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import type { Drawn } from '../work/ticket.js';
import { toMeasurementRow } from './measurement-row.js';

const NOW = Date.parse('2026-11-23T20:00:00Z');
const DAY = 86_400_000;

function arm(name: 'A' | 'B', startedAt: number, bps: number): ArmObservation {
  const ms = (96_000 * 8000) / bps;
  return {
    arm: name,
    direction: 'download',
    startedAt: new Date(startedAt).toISOString(),
    durationMs: ms + 50,
    end: { kind: 'complete' },
    family: 4,
    remoteAddress: '198.51.100.1',
    dnsAnswers: ['198.51.100.1'],
    protocol: 'http/1.1',
    httpStatus: 200,
    phases: { dnsMs: 1, tcpMs: 20, tlsMs: 20, firstByteMs: 20 },
    bytesReceived: 100_000,
    bytesSent: 900,
    curve: Array.from({ length: 11 }, (_, i) => [(ms * i) / 10, 9_600 * i]),
    rateBps: bps,
    loopDelayMs: 1,
  };
}

function row(
  change: {
    drawnAt?: number;
    measuredAt?: number;
    drawn?: Partial<Drawn>;
    /** Changes the first arm. */
    arm?: Partial<ArmObservation>;
  },
  job: Partial<Parameters<typeof toMeasurementRow>[2]> = {},
) {
  const drawnAt = change.drawnAt ?? NOW - 60_000;
  const measuredAt = change.measuredAt ?? drawnAt + 1_000;
  const arms = [
    { ...arm('A', measuredAt, 140_000), ...change.arm },
    arm('B', measuredAt + 20_000, 20_000_000),
  ];
  const result: TestResult = {
    id: '01JA0000000000000000000000',
    ticket: '',
    kind: 'platform',
    target: 'chirp',
    control: 'plain',
    deep: false,
    drawnAt: new Date(drawnAt).toISOString(),
    measuredAt: new Date(measuredAt).toISOString(),
    arms,
    agentVersion: '0.1.0',
    methodVersion: '0.9.0',
    nodeVersion: 'v20.20.2',
  };
  const drawn: Drawn = { order: ['A', 'B'], direction: 'download', family: 4, ...change.drawn };
  return toMeasurementRow(result, drawn, {
    kind: 'probe',
    probe: 'p',
    owner: 'o',
    receivedAt: NOW,
    gzip: true,
    place: { country: 'DE', asn: 64496, asnName: 'Example', subnet: 's', databaseDate: '2026-11-01' },
    consents: ['platform'],
    probation: false,
    ...job,
  });
}

describe('a row made of a result', () => {
  it('carries place, provenance and class', () => {
    expect(row({})).toMatchObject({
      source: 'network',
      country: 'DE',
      asn: 64496,
      subnet: 's',
      owner: 'o',
      family: 4,
      class: 'slow',
      invalidReason: null,
      networkDbDate: '2026-11-01',
      receivedAt: '2026-11-23T20:00:00.000Z',
    });
  });

  it.each([
    ['late', row({ drawnAt: NOW - 7 * DAY - 120_000 })],
    ['future-dated', row({ measuredAt: NOW + 400_000 })],
    ['wrong-order', row({ drawn: { order: ['B', 'A'] } })],
    ['wrong-direction', row({ arm: { direction: 'upload' } })],
    ['wrong-direction', row({ drawn: { direction: 'upload' } })],
    ['wrong-family', row({ arm: { family: 6 } })],
    ['wrong-family', row({ drawn: { family: 6 } })],
    ['wrong-times', row({ drawnAt: NOW - 3 * DAY, measuredAt: NOW - DAY })],
    ['consent', row({}, { consents: ['swap'] })],
  ])('says nothing where it is %s', (reason, made) => {
    expect(made).toMatchObject({ class: null, ratio: null, invalidReason: reason });
    expect(JSON.parse(made.arms)).toHaveLength(2);
  });

  it('is of the direction and the family that were drawn, whatever came back', () => {
    expect(row({ drawn: { family: 6 } })).toMatchObject({ family: 6, direction: 'download' });
    const failed = { kind: 'failed', phase: 'dns', class: 'nxdomain' } as const;
    expect(row({ arm: { family: null, curve: [], rateBps: null, end: failed } })).toMatchObject({
      family: 4,
      class: 'blocked',
      invalidReason: null,
    });
  });

  it('says nothing of a name that has no address of the family that was drawn', () => {
    const end = { kind: 'aborted', reason: 'no-address' } as const;
    const none = { family: null, curve: [], rateBps: null, end };
    expect(row({ arm: none })).toMatchObject({ class: null, invalidReason: 'aborted' });
  });

  it('is taken for seven days', () => {
    expect(row({ drawnAt: NOW - 7 * DAY + 60_000 }).invalidReason).toBeNull();
  });

  it.each([
    ['probation', row({}, { probation: true })],
    [
      'unlocated',
      row({}, { place: { country: null, asn: null, asnName: null, subnet: 's', databaseDate: 'none' } }),
    ],
  ])('is shown with its class, and not judged, on account of %s', (reason, made) => {
    expect(made).toMatchObject({ class: 'slow', invalidReason: reason });
  });
});
