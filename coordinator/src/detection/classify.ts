import type { ArmName, ArmObservation, TestResult } from '@brakelight/shared';
import { type Classification, invalid } from './classification.js';
import { classifyPlatform } from './classify-platform.js';
import { classifySwap } from './classify-swap.js';

/** Longest time between the beginnings of the two arms. */
const MAX_ARMS_APART_MS = 120_000;
/** The wall clock may be slewed while a test runs. */
const CLOCK_SLACK_MS = 1_000;
/** Probe and coordinator may differ by this much (as for signatures). */
const CLOCK_SKEW_MS = 300_000;

/**
 * Judges one test by itself. Pure. What needs more than the test (its ticket, the drawn order, the clock, the place,
 * probation) is checked by who calls this.
 */
export function classify(result: TestResult): Classification {
  const [targetName, controlName]: [ArmName, ArmName] = result.kind === 'platform' ? ['A', 'B'] : ['C', 'D'];
  const target = result.arms.find((arm) => arm.arm === targetName);
  const control = result.arms.find((arm) => arm.arm === controlName);
  // A budget or a shutdown may end a test after its first arm: an abort says why before a missing arm does.
  if (result.arms.some((arm) => arm.end.kind === 'aborted')) return invalid('aborted');
  if (target === undefined || control === undefined || target.direction !== control.direction) {
    return invalid('wrong-order');
  }
  const times = checkTimes(result);
  if (times !== null) return invalid(times);
  return result.kind === 'platform'
    ? classifyPlatform(target, control, result.deep)
    : classifySwap(target, control);
}

function checkTimes(result: TestResult): 'wrong-times' | 'too-far-apart' | null {
  const [first, second] = result.arms as [ArmObservation, ArmObservation];
  const firstAt = Date.parse(first.startedAt);
  const secondAt = Date.parse(second.startedAt);
  // One transfer at a time, in the order of the list.
  if (secondAt < firstAt + first.durationMs - CLOCK_SLACK_MS) return 'wrong-times';
  if (firstAt < Date.parse(result.drawnAt) - CLOCK_SKEW_MS) return 'wrong-times';
  const lastAt = secondAt + second.durationMs;
  const measuredAt = Date.parse(result.measuredAt);
  if (measuredAt < firstAt - CLOCK_SLACK_MS || measuredAt > lastAt + CLOCK_SLACK_MS) return 'wrong-times';
  return secondAt - firstAt > MAX_ARMS_APART_MS ? 'too-far-apart' : null;
}
