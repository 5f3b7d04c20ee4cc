import type { Mechanism } from '@brakelight/shared';
import type { EndName } from './end-name.js';
import type { Outcome, QaRow, SwapOutcome } from './row.js';

/** What came out of a row. */
export interface Seen {
  /** Of arm A. */
  readonly end: EndName;
  readonly test: Outcome;
  /** Of arm C. */
  readonly triggerEnd: EndName;
  /** Median g of the swap pairs of downloads, in [-1, 1]; `null` where they say nothing. */
  readonly gain: number | null;
  /** The same of uploads, where any were run. */
  readonly uploadGain: number | null;
  /** `undefined` where the server's TCP_INFO was not asked for. */
  readonly mechanism: Mechanism | null | undefined;
}

/** What is not as the row wants it, a sentence each; empty when the row is right. */
export function faultsOf({ expect }: QaRow, seen: Seen): string[] {
  return [
    ...notIn('arm A ended', seen.end, expect.end),
    ...notIn('the test was called', seen.test, expect.test),
    ...notIn('arm C ended', seen.triggerEnd, expect.triggerEnd),
    ...(expect.swap === undefined ? [] : swapFaults('swap pair', seen.gain, expect.swap)),
    ...(expect.upload === undefined
      ? []
      : swapFaults('swap pair of uploads', seen.uploadGain, expect.upload)),
    ...(expect.mechanism === undefined || seen.mechanism === expect.mechanism
      ? []
      : [`the mechanism was called ${seen.mechanism}, not ${expect.mechanism}`]),
  ];
}

function notIn(what: string, seen: string, allowed: readonly string[] | undefined): string[] {
  return allowed === undefined || allowed.includes(seen)
    ? []
    : [`${what} ${seen}, not ${allowed.join(' or ')}`];
}

/** A full gain, of either sign, is one arm at less than 0.45 of the other. */
function swapFaults(what: string, gain: number | null, wanted: SwapOutcome): string[] {
  const right = {
    'trigger-slower': gain !== null && gain > 0,
    alike: gain !== null && Math.abs(gain) < 1,
    nothing: gain === null,
  }[wanted];
  return right ? [] : [`the gain of the ${what} is ${gain}: not ${wanted}`];
}
