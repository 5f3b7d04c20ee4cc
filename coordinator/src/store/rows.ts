import type {
  AddressFamily,
  Asn,
  Country,
  Direction,
  InvalidReason,
  TestClass,
  TestKind,
} from '@brakelight/shared';

/**
 * One test as ClickHouse keeps it; column names are the JSON names. `id` is the idempotency key: the same id is
 * stored once. Times are RFC 3339 UTC. There is no address in here, and there never will be.
 */
export interface MeasurementRow {
  id: string;
  /** `network` for our own probes, else the name of an import. */
  source: string;
  kind: TestKind;
  target: string;
  control: string | null;
  /** As it was drawn, like `family`: an observation that disagrees is marked, see `invalidReason`. */
  direction: Direction;
  deep: boolean;
  country: Country | null;
  asn: Asn | null;
  asnName: string | null;
  /** Keyed hash of the /24 or /48. */
  subnet: string;
  /** Pseudonym of the holder of the enrolment token; for an import the subnet. */
  owner: string;
  /** Probe id; empty for an import. Never leaves the coordinator. */
  probe: string;
  family: AddressFamily | null;
  measuredAt: string;
  receivedAt: string;
  /** Made from `arms` at ingest by the pure classification of `methodVersion`; re-made when the method changes. */
  class: TestClass | null;
  invalidReason: InvalidReason | null;
  /** A and B; for a swap pair C and D. Bits per second. */
  targetRateBps: number | null;
  controlRateBps: number | null;
  /** rate(A)/rate(B) or rate(C)/rate(D) over the same range of bytes. */
  ratio: number | null;
  /** Swap pairs: g in [-1, 1], method section 4; `null` otherwise. */
  gain: number | null;
  /** Observations as they came: JSON of `ArmObservation[]`; `[]` for imports. */
  arms: string;
  agentVersion: string;
  methodVersion: string;
  nodeVersion: string;
  networkDbDate: string;
}
