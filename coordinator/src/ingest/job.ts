import type { TestKind } from '@brakelight/shared';
import type { Place } from '../network/network.js';

/** Name of the queue in Redis. */
export const SUBMISSIONS_QUEUE = 'submissions';

interface Carried {
  /** Unix milliseconds. */
  readonly receivedAt: number;
  /** The client's own bytes, in base64: gzip, or plain JSON where it sent that. */
  readonly body: string;
  readonly gzip: boolean;
  /** Positions of the items that were accepted. */
  readonly take: readonly number[];
}

/** A submission of one of our probes. Where it came from, never from which address. */
export interface ProbeJob extends Carried {
  readonly kind: 'probe';
  readonly probe: string;
  readonly owner: string;
  readonly place: Place;
  readonly consents: readonly TestKind[];
  /** Stored and shown, not judged. */
  readonly probation: boolean;
}

/** A batch of an import. */
export interface ImportJob extends Carried {
  readonly kind: 'import';
  readonly source: string;
}

export type IngestJob = ProbeJob | ImportJob;
