import type { TestKind } from '@brakelight/shared';
import { consentedKinds, outdatedKinds } from '../consent/consents.js';
import type { Home } from '../state/home.js';
import type { LoopParts } from './loop-parts.js';
import { type NotMeasuring, whyNotMeasuring } from './readiness.js';

/** Kinds of test that this probe's person consents to now. */
export async function kindsNow(home: Home): Promise<TestKind[]> {
  return consentedKinds((await home.consents.read())?.consents ?? []);
}

/** Why a running probe that has joined does not measure now; `undefined` when nothing is in the way. */
export async function obstacleOf(parts: LoopParts): Promise<NotMeasuring | undefined> {
  const { home, budget, spool, board, now } = parts;
  const consents = (await home.consents.read())?.consents ?? [];
  return whyNotMeasuring({
    now: now(),
    joined: true,
    kinds: consentedKinds(consents),
    outdated: outdatedKinds(consents),
    pause: await home.pause.read(),
    used: budget.used(),
    limits: budget.limits,
    leftNow: budget.left(),
    spoolBytes: spool.bytes,
    spoolMaxBytes: parts.spoolMaxBytes,
    failure: board.current.failure,
    running: true,
  });
}
