import { ArmObservation, type Measurement, type SenderView } from '@brakelight/shared';
import { senderView } from '../detection/mechanism.js';
import { SenderResult } from '../sender/result-client.js';
import type { ListedMeasurement } from '../store/measurements.js';
import type { SenderViewRow } from '../store/sender-views.js';

/** A stored row as researchers get it. Probe and owner stay here. */
export function toMeasurement(row: ListedMeasurement): Measurement {
  return {
    id: row.id,
    source: row.source,
    historical: row.source !== 'network',
    kind: row.kind,
    target: row.target,
    control: row.control,
    direction: row.direction,
    deep: row.deep,
    country: row.country,
    asn: row.asn,
    subnet: row.subnet,
    family: row.family,
    measuredAt: row.measuredAt,
    receivedAt: row.receivedAt,
    class: row.class,
    invalidReason: row.invalidReason,
    targetRateBps: row.targetRateBps,
    controlRateBps: row.controlRateBps,
    ratio: row.ratio,
    mechanism: row.sender?.mechanism ?? null,
    sender: row.sender === undefined ? null : viewsOf(row.sender),
    arms: ArmObservation.array().parse(JSON.parse(row.arms)),
    agentVersion: row.agentVersion,
    methodVersion: row.methodVersion,
    networkDbDate: row.networkDbDate,
  };
}

const Samples = SenderResult.shape.samples;

function viewsOf({ series }: SenderViewRow): NonNullable<Measurement['sender']> {
  const { C, D } = JSON.parse(series) as { C: unknown; D: unknown };
  return { C: viewOf(C), D: viewOf(D) };
}

function viewOf(samples: unknown): SenderView | null {
  const view = senderView(Samples.parse(samples));
  if (view === null) return null;
  const { retransmittedShare: share, rttMs, rttRise } = view;
  return { retransmittedShare: Number.isFinite(share) ? share : null, rttMs, rttRise };
}
