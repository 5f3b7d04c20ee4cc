import type { Cell, CellState, IncidentKind } from '@brakelight/shared';
import type { Alarm, Lift } from './alarm.js';
import type { Outside } from './baseline.js';
import type { Since } from './since.js';
import type { SwapPair, Unit } from './types.js';

/** What is said of one place x target: of a country (`asn` null) or of one of its ASNs. */
export interface CellVerdict {
  readonly country: string | null;
  readonly asn: number | null;
  readonly state: CellState;
  readonly reason: string;
  readonly kind: IncidentKind;
  readonly units: readonly Unit[];
  readonly pairs: readonly SwapPair[];
  readonly subnets: number;
  readonly owners: number;
  readonly logR: number;
  readonly logSwap: number;
  readonly outside: Outside | null;
  readonly alarms: readonly Alarm[];
  readonly lifts: readonly Lift[];
  readonly open: Alarm | null;
  /** Since the onset of the last alarm; `null` without one. */
  readonly since: Since | null;
  /** R at or above the suspicion threshold now, without an alarm; `null` where it is not. */
  readonly suspicion: { readonly alarm: Alarm; readonly since: Since } | null;
  readonly cell: Omit<Cell, 'source' | 'historical' | 'target' | 'asnName' | 'judgedAt' | 'incidentId'>;
}
