import type { ArmObservation, TestClass } from '@brakelight/shared';
import { KB } from '@brakelight/shared';
import { type Classification, invalid } from './classification.js';
import {
  type Comparison,
  compare,
  curveBytes,
  endedFast,
  RANGE_START_BYTES,
  reportedRate,
  roundTripLimited,
} from './curve.js';

/** Below this rate of the control the line itself is too slow for a statement. */
export const MIN_CONTROL_BPS = 600_000;
/** Slow: less than this share of the control's rate. */
export const SLOW_RATIO = 0.5;
/** A freeze lies in this range of bytes; beyond it, a body that stops was slow. */
export const FREEZE_BYTES = { from: 8 * KB, to: 64 * KB } as const;
/** Caps above 1.5 Mbit/s show only after the largest buckets: deep rounds are judged beyond this. */
export const DEEP_FROM_BYTES = 256 * KB;
/** Least bytes beyond {@link DEEP_FROM_BYTES} that make a rate. */
const DEEP_MIN_BYTES = 64 * KB;
/** Slow handshake: at least this many times the control's, and over a second. */
const HANDSHAKE = { times: 5, overMs: 1_000 } as const;

/** Platform channel: A (platform) against B (control). Both arms ran, in the right order and time. */
export function classifyPlatform(a: ArmObservation, b: ArmObservation, deep: boolean): Classification {
  if (b.end.kind === 'failed' || b.end.kind === 'stalled' || isPage(b)) return invalid('control-failed');
  const controlRateBps = reportedRate(b);
  const rates = { targetRateBps: reportedRate(a), controlRateBps };
  if (controlRateBps === null || controlRateBps < MIN_CONTROL_BPS) {
    return { ...invalid('slow-line'), ...rates };
  }
  const whole = compare(a, b);
  const beyond = deep ? deepComparison(a, b) : null;
  const testClass = classOf(a, b, whole, beyond);
  // A cap that only the deep range shows is told by the deep range's ratio.
  const shown = beyond !== null && whole !== null && beyond.ratio < whole.ratio ? beyond : whole;
  return { class: testClass, invalidReason: null, ...rates, ratio: shown?.ratio ?? null, gain: null };
}

function classOf(
  a: ArmObservation,
  b: ArmObservation,
  whole: Comparison | null,
  beyond: Comparison | null,
): TestClass {
  const stopped = stoppedAfter(a);
  // Refused, never answered, or cut in the middle: whoever asked for it has an error.
  if ((a.end.kind === 'failed' && stopped === null) || isPage(a)) return 'blocked';
  if (stopped !== null && stopped >= FREEZE_BYTES.from)
    return stopped <= FREEZE_BYTES.to ? 'stalled' : 'slow';
  if (handshakeSlow(a, b)) return 'slow';
  if (whole !== null && whole.ratio < SLOW_RATIO && !endedFast(a) && !roundTripLimited(a, whole))
    return 'slow';
  if (beyond !== null && beyond.ratio < SLOW_RATIO && !roundTripLimited(a, beyond)) return 'slow';
  return 'normal';
}

/** A whole answer too short to have a rate: a page in the place of the object, whatever its status says. */
function isPage(arm: ArmObservation): boolean {
  return arm.end.kind === 'short' && curveBytes(arm) < RANGE_START_BYTES;
}

/** Bytes after which the body fell silent; `null` where it did not. */
function stoppedAfter(arm: ArmObservation): number | null {
  if (arm.end.kind === 'stalled') return arm.end.bytes;
  const timedOut = arm.end.kind === 'failed' && arm.end.phase === 'body' && arm.end.class === 'timeout';
  return timedOut ? curveBytes(arm) : null;
}

/** Was the handshake of `a` slowed, next to that of `b`? Never true both ways round. */
export function handshakeSlow(a: ArmObservation, b: ArmObservation): boolean {
  const own = a.phases.tlsMs;
  const control = b.phases.tlsMs;
  return own !== null && control !== null && own > HANDSHAKE.overMs && own >= HANDSHAKE.times * control;
}

function deepComparison(a: ArmObservation, b: ArmObservation): Comparison | null {
  const common = Math.min(curveBytes(a), curveBytes(b));
  return common < DEEP_FROM_BYTES + DEEP_MIN_BYTES ? null : compare(a, b, DEEP_FROM_BYTES);
}
