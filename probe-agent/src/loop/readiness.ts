import type { TestKind } from '@brakelight/shared';
import { resetsAt } from '../budget/budget.js';
import type { ContactFailure, Pause } from '../state/home.js';
import { formatSize } from '../state/size.js';

/** The smallest test that a coordinator draws, in bytes on the wire: below it there is no use in asking for work. */
const SMALLEST_TEST_BYTES = 250_000;

/** Everything that decides whether this probe measures. */
export interface Facts {
  readonly now: number;
  readonly joined: boolean;
  readonly kinds: readonly TestKind[];
  /** Accepted once, but the text has changed since. */
  readonly outdated: readonly TestKind[];
  readonly pause: Pause | undefined;
  readonly used: { readonly day: number; readonly month: number };
  readonly limits: { readonly perDay: number; readonly perMonth: number };
  /** What the evenly spread budget allows now. */
  readonly leftNow: number;
  readonly spoolBytes: number;
  readonly spoolMaxBytes: number;
  readonly failure: ContactFailure | null;
  readonly running: boolean;
}

/** Why a probe does not measure; `code` is stable. */
export type NotMeasuring = { readonly code: NotMeasuringCode; readonly text: string };
export type NotMeasuringCode =
  | 'not-joined'
  | 'consent-missing'
  | 'paused'
  | 'budget-day'
  | 'budget-month'
  | 'budget-pace'
  | 'spool-full'
  | 'not-running'
  | `coordinator-${ContactFailure['kind']}`;

/** The first thing in the way, those that only the person can change first; `undefined` when the probe is ready. */
export function whyNotMeasuring(f: Facts): NotMeasuring | undefined {
  if (!f.joined) return { code: 'not-joined', text: 'this probe has not joined a coordinator' };
  if (f.kinds.length === 0) return { code: 'consent-missing', text: consentText(f.outdated) };
  if (isPaused(f.pause, f.now))
    return {
      code: 'paused',
      text: f.pause?.until ? `paused until ${f.pause.until}` : 'paused until you resume',
    };
  if (f.used.month + SMALLEST_TEST_BYTES > f.limits.perMonth) return budgetText('month', f);
  if (f.used.day + SMALLEST_TEST_BYTES > f.limits.perDay) return budgetText('day', f);
  if (f.leftNow < SMALLEST_TEST_BYTES)
    return {
      code: 'budget-pace',
      text: `${formatSize(f.used.day)} are used today; the budget of ${formatSize(f.limits.perDay)} is spread over the day`,
    };
  if (f.spoolBytes >= f.spoolMaxBytes)
    return {
      code: 'spool-full',
      text: `${formatSize(f.spoolBytes)} of results wait for the coordinator; old ones are kept rather than replaced`,
    };
  if (f.failure)
    return {
      code: `coordinator-${f.failure.kind}`,
      text: `${f.failure.detail} (since ${f.failure.since}, next try ${f.failure.retryAt})`,
    };
  if (!f.running)
    return { code: 'not-running', text: 'no agent is running (start it with: brakelight-probe run)' };
  return undefined;
}

/** Whether a pause holds now. */
export function isPaused(pause: Pause | undefined, now: number): boolean {
  return pause !== undefined && (pause.until === null || now < Date.parse(pause.until));
}

function consentText(outdated: readonly TestKind[]): string {
  const ask = 'see them with: brakelight-probe consent';
  return outdated.length > 0
    ? `the text of what you agreed to has changed (${outdated.join(', ')}): ${ask}`
    : `you have not agreed to any kind of test: ${ask}`;
}

function budgetText(period: 'day' | 'month', f: Facts): NotMeasuring {
  const limit = period === 'day' ? f.limits.perDay : f.limits.perMonth;
  const used = period === 'day' ? f.used.day : f.used.month;
  return {
    code: `budget-${period}`,
    text: `${formatSize(used)} of ${formatSize(limit)} a ${period} are used; fresh at ${resetsAt(period, f.now)}`,
  };
}
