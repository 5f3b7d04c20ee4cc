import { ArmObservation, type Measurement } from '@brakelight/shared';
import type { MeasurementRow } from '../store/rows.js';

/** A stored row as researchers get it. Probe and owner stay here. */
export function toMeasurement(row: MeasurementRow): Measurement {
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
    arms: ArmObservation.array().parse(JSON.parse(row.arms)),
    agentVersion: row.agentVersion,
    methodVersion: row.methodVersion,
    networkDbDate: row.networkDbDate,
  };
}
