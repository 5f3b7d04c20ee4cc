import { KB, rateBps } from '@brakelight/shared';
import type { Timeline } from './timeline.js';

/** A transfer is FAST by this many bytes, at {@link FAST_BPS} or more over [{@link FAST_FROM_BYTES}, this]. */
export const FAST_BYTES = 96 * KB;
/** The first bytes are the congestion window's start, not a rate. */
export const FAST_FROM_BYTES = 16 * KB;
export const FAST_BPS = 1_500_000;
/** A transfer can be SLOW from here on, by the rate of the last {@link WINDOW_MS}, all of them behind the answer's begin. */
export const SLOW_AFTER_MS = 2_500;
export const SLOW_BPS = 350_000;
export const WINDOW_MS = 2_000;
/** A silence longer than this may become a stall: nothing else is decided in it. A policer's gaps are 0.3 s. */
const SILENCE_MS = 1_000;
/** Bytes came, then none for so long. */
export const STALL_MS = 5_000;
/** Longest transfer from the answer's begin on, while bytes still come. */
export const CAP_MS = 6_000;

/** What the rule says at a moment; `null` is "go on". */
export type Decision = 'fast' | 'slow' | 'stalled' | 'cap-time' | null;

/**
 * Rule E of the lab, evaluated after every read and about every 50 ms. Pure.
 * @param nowMs milliseconds since the request
 * @param answeredMs when the answer began, milliseconds since the request: what a server thinks is no rate
 * @param deep a deep round looks for large buckets and never stops because the beginning was fast
 */
export function decide(timeline: Timeline, nowMs: number, answeredMs: number, deep: boolean): Decision {
  const silentMs = nowMs - timeline.lastMs;
  if (silentMs >= STALL_MS) return 'stalled';
  if (!deep && isFast(timeline)) return 'fast';
  if (silentMs >= SILENCE_MS) return null;
  const flowingMs = nowMs - answeredMs;
  const telling = nowMs >= SLOW_AFTER_MS && flowingMs >= WINDOW_MS;
  if (telling && timeline.rateBefore(nowMs, WINDOW_MS) <= SLOW_BPS) return 'slow';
  return flowingMs >= CAP_MS ? 'cap-time' : null;
}

function isFast(timeline: Timeline): boolean {
  const from = timeline.timeAt(FAST_FROM_BYTES);
  const to = timeline.timeAt(FAST_BYTES);
  if (from === null || to === null) return false;
  return to <= from || rateBps(FAST_BYTES - FAST_FROM_BYTES, to - from) >= FAST_BPS;
}
