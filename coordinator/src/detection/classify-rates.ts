import { type Classification, invalid } from './classification.js';
import { MIN_CONTROL_BPS, SLOW_RATIO } from './classify-platform.js';
import { FAST_BPS } from './curve.js';

/**
 * Class of a test of which only two mean rates are known (imports): slow when the target had less than half of the
 * control's rate and was not FAST. Such a test can be neither stalled nor blocked.
 * @param targetRateBps mean rate of the platform's object, above 0
 * @param controlRateBps mean rate of the control, above 0
 */
export function classifyRates(targetRateBps: number, controlRateBps: number): Classification {
  const rates = { targetRateBps, controlRateBps };
  if (controlRateBps < MIN_CONTROL_BPS) return { ...invalid('slow-line'), ...rates };
  const ratio = targetRateBps / controlRateBps;
  const slow = ratio < SLOW_RATIO && targetRateBps < FAST_BPS;
  return { class: slow ? 'slow' : 'normal', invalidReason: null, ...rates, ratio, gain: null };
}
