import type { SignatureParams } from '@brakelight/shared';
import type { Probe } from '../live/probes.js';

/** How far the clock of a probe may be from ours, seconds: of a signature's `created`, and of what it says was when. */
export const FRESHNESS_S = 300;

/** A request whose signature was verified. */
export interface SignedRequest {
  readonly probe: Probe;
  readonly params: SignatureParams;
  /** Bytes as they came over the wire. */
  readonly body: Buffer;
}
