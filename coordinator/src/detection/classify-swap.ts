import { type ArmObservation, rateBps } from '@brakelight/shared';
import { type Classification, invalid } from './classification.js';
import { handshakeSlow, MIN_CONTROL_BPS } from './classify-platform.js';
import { compare, FAST_BYTES, reportedRate } from './curve.js';

/** ln(C/D) at which the gain is full: a ratio of 0.45. */
const FULL_GAIN_LOG = 0.8;
/** An upload is counted every 100 ms and may be decided after 96 kB: of what is faster the count only tells that it was. */
const FASTEST_UPLOAD_BPS = rateBps(FAST_BYTES, 100);

/**
 * g = clip(-ln(C/D)/0.8, -1, 1), method section 4; positive where the platform's name was the slower one. A difference
 * of logarithms, so that exchanging the rates negates it exactly.
 */
export function gainOf(rateC: number, rateD: number): number {
  if (rateC === rateD) return 0;
  const gain = (Math.log(rateD) - Math.log(rateC)) / FULL_GAIN_LOG;
  return Math.max(-1, Math.min(1, gain));
}

/**
 * Swap channel: C (the platform's name) against D (a neutral name) at the same server, both down or both up. Every filter
 * is symmetric in C and D, so that exchanging the labels negates g: under no discrimination its mean is 0, whatever the
 * line does.
 */
export function classifySwap(c: ArmObservation, d: ArmObservation): Classification {
  const reported = { targetRateBps: reportedRate(c), controlRateBps: reportedRate(d) };
  if (c.end.kind === 'failed' && d.end.kind === 'failed')
    return { ...invalid('control-failed'), ...reported };
  // Of a failed arm the rate says nothing: the pair counts where the other one was good.
  const rateC = c.end.kind === 'failed' ? 0 : tellingRate(c);
  const rateD = d.end.kind === 'failed' ? 0 : tellingRate(d);
  if (Math.max(rateC, rateD) < MIN_CONTROL_BPS) return { ...invalid('slow-line'), ...reported };
  const [c2, d2] = comparable(c, d) ?? [rateC, rateD];
  const ratio = d2 === 0 ? null : c2 / d2;
  const gain = handshakeGain(c, d) ?? gainOf(c2, d2);
  return { class: null, invalidReason: null, ...reported, ratio, gain };
}

/** The reported rate, as far as it tells anything. */
function tellingRate(arm: ArmObservation): number {
  const rate = reportedRate(arm) ?? 0;
  return arm.direction === 'upload' ? Math.min(rate, FASTEST_UPLOAD_BPS) : rate;
}

/** A handshake slowed to seconds is a full gain, whatever the rate behind it: such a censor slows nothing else. */
function handshakeGain(c: ArmObservation, d: ArmObservation): 1 | -1 | null {
  if (handshakeSlow(c, d)) return 1;
  return handshakeSlow(d, c) ? -1 : null;
}

/** Rates of both arms over the same bytes; `null` where only the reported rates can be compared. */
function comparable(c: ArmObservation, d: ArmObservation): [number, number] | null {
  if (c.end.kind === 'failed' || d.end.kind === 'failed') return null;
  // An upload's curve is the server's count, every 100 ms: too coarse for a range. Its reported rate is of the same count.
  if (c.direction === 'upload') return null;
  const comparison = compare(c, d);
  return comparison === null ? null : [comparison.first.bps, comparison.second.bps];
}
