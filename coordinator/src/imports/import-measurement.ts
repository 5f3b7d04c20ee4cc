import type { TestClass } from '@brakelight/shared';
import { METHOD_VERSION } from '@brakelight/shared';
import { MIN_CONTROL_BPS, SLOW_RATIO } from '../detection/classify-platform.js';
import type { MeasurementRow } from '../store/rows.js';
import type { ImportRow } from './row.js';

/**
 * An imported row as it is stored. There are two rates and no curves: the class comes from their ratio alone, by the
 * same thresholds as our own tests.
 * @param subnet keyed hash of the row's subnet; stands for the owner too
 * @param receivedAt Unix milliseconds
 */
export function importMeasurement(
  row: ImportRow,
  source: string,
  subnet: string,
  receivedAt: number,
): MeasurementRow {
  const ratio = row.targetRateBps / row.controlRateBps;
  const slowLine = row.controlRateBps < MIN_CONTROL_BPS;
  const kind: TestClass = ratio < SLOW_RATIO ? 'slow' : 'normal';
  return {
    id: row.id,
    source,
    kind: 'platform',
    target: row.target,
    control: row.control,
    direction: 'download',
    deep: false,
    country: row.country,
    asn: row.asn,
    asnName: row.asnName,
    subnet,
    owner: subnet,
    probe: '',
    family: null,
    measuredAt: new Date(row.measuredAt).toISOString(),
    receivedAt: new Date(receivedAt).toISOString(),
    class: slowLine ? null : kind,
    invalidReason: slowLine ? 'slow-line' : null,
    targetRateBps: row.targetRateBps,
    controlRateBps: row.controlRateBps,
    ratio,
    gain: null,
    arms: '[]',
    agentVersion: 'import',
    methodVersion: METHOD_VERSION,
    nodeVersion: '',
    networkDbDate: 'none',
  };
}
