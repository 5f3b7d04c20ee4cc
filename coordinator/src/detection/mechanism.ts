import type { Mechanism } from '@brakelight/shared';

/** One sample of a connection's TCP_INFO at the measurement server; the fields are absent where it has none. */
export interface SenderSample {
  /** Milliseconds since the request. */
  readonly ms: number;
  /** Smoothed round trip and the smallest one so far, milliseconds. */
  readonly rttMs?: number | undefined;
  readonly minRttMs?: number | undefined;
  /** Bytes of the connection so far, TLS included. */
  readonly bytesAcked?: number | undefined;
  readonly bytesRetransmitted?: number | undefined;
}

/** What the last two seconds of a transfer were like, seen from its sender. */
export interface SenderView {
  /** Retransmitted bytes for each acknowledged one; infinite where nothing came through. */
  readonly retransmittedShare: number;
  /** Largest smoothed round trip, and how many times the smallest one that is. */
  readonly rttMs: number;
  readonly rttRise: number;
}

type KnownSample = { readonly [Field in keyof SenderSample]-?: number };

/** The bucket has emptied and the rate is the censor's: nothing before counts. */
const WINDOW_MS = 2_000;
/** Shorter series are slow start. */
const MIN_SERIES_MS = 1_000;
/** Lab: policers 0.7-1.8, shapers at most 0.27, an open or congested line at most 0.1. */
const POLICED_SHARE = 0.4;
/** Lab: a policer leaves the round trip as it is; a probe or a server with much to do adds some. */
const POLICED_RISE = 3;
/** A queue that both names stand in. */
const CONGESTED_RISE = 2;
/** Lab: 41 ms become 770-2780 ms in a shaper's queue, 115-383 ms on a full line. */
const QUEUED_MS = 600;
const QUEUED_RISE = 5;

/**
 * Names the mechanism of a swap pair of downloads from the sender's own view (`struct tcp_info` of C and of D). The
 * curve's shape is a hint and never enters here.
 * @param trigger series of C, oldest first
 * @param neutral series of D
 * @returns `null` where the series are too short, lack TCP_INFO, or fit none
 */
export function mechanismOf(
  trigger: readonly SenderSample[],
  neutral: readonly SenderSample[],
): Mechanism | null {
  const c = senderView(trigger);
  if (c === null) return null;
  // Where nothing comes through there is no rate: a freeze, a silence.
  if (c.retransmittedShare === Number.POSITIVE_INFINITY) return null;
  if (c.retransmittedShare >= POLICED_SHARE) return c.rttRise < POLICED_RISE ? 'policing' : null;
  const d = senderView(neutral);
  // A neutral name that was through at once has no series to speak of: it met no queue.
  if (d !== null && d.rttRise >= CONGESTED_RISE && c.rttRise >= CONGESTED_RISE) return 'congestion';
  return c.rttMs >= QUEUED_MS && c.rttRise >= QUEUED_RISE ? 'shaping' : null;
}

/** The last two seconds of a series; `null` where it lasted less than one, or has no TCP_INFO. */
export function senderView(series: readonly SenderSample[]): SenderView | null {
  const known = series.filter(isKnown);
  const last = known.at(-1);
  if (last === undefined || last.ms < MIN_SERIES_MS) return null;
  const window = known.filter(({ ms }) => ms >= last.ms - WINDOW_MS);
  const first = window[0] ?? last;
  const acked = last.bytesAcked - first.bytesAcked;
  const retransmitted = last.bytesRetransmitted - first.bytesRetransmitted;
  // The burst that fills the bucket queues on the line itself for a moment.
  const later = window.filter(({ ms }) => ms >= (first.ms + last.ms) / 2);
  const rttMs = Math.max(...later.map((sample) => sample.rttMs));
  return {
    retransmittedShare: retransmitted === 0 ? 0 : retransmitted / acked,
    rttMs,
    rttRise: rttMs / last.minRttMs,
  };
}

function isKnown(sample: SenderSample): sample is KnownSample {
  const { rttMs, minRttMs, bytesAcked, bytesRetransmitted } = sample;
  return [rttMs, minRttMs, bytesAcked, bytesRetransmitted].every((field) => field !== undefined);
}
