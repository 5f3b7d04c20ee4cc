import type { ArmObservation } from '@brakelight/shared';
import { KB, rateBps } from '@brakelight/shared';

/** The first bytes are the handshake of the congestion window, not a rate: ranges begin here. */
export const RANGE_START_BYTES = 16 * KB;
/** Below this many common bytes there is no range to speak of: the time counts from the request. */
export const MIN_RANGED_BYTES = 32 * KB;
/** An arm that had this many bytes at {@link FAST_BPS} or more is FAST. */
export const FAST_BYTES = 96 * KB;
export const FAST_BPS = 1_500_000;

/** Bytes that the curve saw. */
export function curveBytes(arm: ArmObservation): number {
  return arm.curve.at(-1)?.[1] ?? 0;
}

/**
 * When the arm had `bytes` bytes, ms since its request; linear between the curve's points. The last byte of an arm
 * that was cut counts as come when the arm was cut: waiting in vain is part of its time.
 * @returns `null` where it never had as many
 */
export function timeAtBytes(arm: ArmObservation, bytes: number): number | null {
  const cut = arm.end.kind === 'cap-time' || arm.end.kind === 'stalled' || arm.end.kind === 'failed';
  const waited = cut || (arm.end.kind === 'decided' && arm.end.as === 'slow');
  const last = arm.curve.at(-1);
  if (last === undefined || bytes > last[1]) return null;
  if (waited && bytes === last[1]) return last[0];
  let previous: readonly [number, number] = [0, 0];
  for (const point of arm.curve) {
    if (point[1] >= bytes) {
      const gained = point[1] - previous[1];
      const share = gained === 0 ? 1 : (bytes - previous[1]) / gained;
      return previous[0] + share * (point[0] - previous[0]);
    }
    previous = point;
  }
  return null;
}

/** A stretch of a transfer. */
export interface Stretch {
  /** At least 1. */
  readonly bps: number;
  readonly ms: number;
}

/** Rate over [from, to] bytes of an arm's curve; `null` where the arm has no such stretch of measurable length. */
export function stretch(arm: ArmObservation, from: number, to: number): Stretch | null {
  const begin = from === 0 ? 0 : timeAtBytes(arm, from);
  const end = timeAtBytes(arm, to);
  if (begin === null || end === null || to <= from) return null;
  // Points that share an instant (one read) have no rate of their own; a tenth of a millisecond is below any line.
  const ms = Math.max(end - begin, 0.1);
  return { bps: Math.max(1, rateBps(to - from, ms)), ms };
}

/** Two arms over the same range of bytes, method section 3. */
export interface Comparison {
  readonly fromBytes: number;
  readonly toBytes: number;
  readonly first: Stretch;
  readonly second: Stretch;
  /** rate(first) / rate(second). */
  readonly ratio: number;
}

/**
 * Compares two arms over [from, m], m = the smaller of the two arms' bytes.
 * @param from first byte of the range; without it 16 kB, or the request itself where m is below 32 kB
 * @returns `null` where there is no common range
 */
export function compare(first: ArmObservation, second: ArmObservation, from?: number): Comparison | null {
  const toBytes = Math.min(curveBytes(first), curveBytes(second));
  const fromBytes = from ?? (toBytes < MIN_RANGED_BYTES ? 0 : RANGE_START_BYTES);
  const a = stretch(first, fromBytes, toBytes);
  const b = stretch(second, fromBytes, toBytes);
  if (a === null || b === null) return null;
  return { fromBytes, toBytes, first: a, second: b, ratio: a.bps / b.bps };
}

/** Did the arm end FAST, or would it have, had it not been asked to go on (deep rounds)? */
export function endedFast(arm: ArmObservation): boolean {
  if (arm.end.kind === 'decided') return arm.end.as === 'fast';
  const ramp = stretch(arm, RANGE_START_BYTES, FAST_BYTES);
  return ramp !== null && ramp.bps >= FAST_BPS;
}

/**
 * Is a comparison of this arm no more than slow start over its round trip (method section 3)? A far platform would
 * otherwise be "slow" for ever. Counted from the request, the answer's own round trip comes on top.
 */
export function roundTripLimited(arm: ArmObservation, comparison: Comparison): boolean {
  const { tcpMs, tlsMs } = arm.phases;
  if (tcpMs === null) return false;
  // Either handshake holds a round trip; a SYN that was lost has a second's wait in its own, and would excuse a throttle.
  const roundTripMs = Math.min(tcpMs, tlsMs ?? tcpMs);
  const doublings = Math.max(1, Math.ceil(Math.log2(comparison.toBytes / (14.5 * KB))));
  const rounds = comparison.fromBytes === 0 ? doublings + 1 : doublings;
  return comparison.first.ms <= 1.5 * roundTripMs * rounds;
}

/** Rate that is reported: of the last 2 s, else of the whole curve; `null` where nothing came. */
export function reportedRate(arm: ArmObservation): number | null {
  if (arm.rateBps !== null) return arm.rateBps;
  return stretch(arm, 0, curveBytes(arm))?.bps ?? null;
}
