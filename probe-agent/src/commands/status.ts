import { fingerprint } from '@brakelight/shared';
import { Budget, mergeLimits } from '../budget/budget.js';
import { consentedKinds, outdatedKinds } from '../consent/consents.js';
import { type NotMeasuring, whyNotMeasuring } from '../loop/readiness.js';
import { spoolSize } from '../spool/spool.js';
import { holderOf } from '../state/lock.js';
import { formatSize } from '../state/size.js';
import type { Session } from './session.js';

/** What the probe does, what it has sent, what it may still send, and why it does not measure. Reads only. */
export async function status({ home, config, out, now }: Session): Promise<void> {
  const membership = await home.membership.read();
  const consents = (await home.consents.read())?.consents ?? [];
  const pause = await home.pause.read();
  const activity = await home.activity.read().catch(() => undefined);
  const limits = mergeLimits(await home.limits.read(), config.limits);
  const budget = await Budget.open(home.spent, limits, now);
  const waiting = await spoolSize(home.spoolFolder);
  const pid = await holderOf(home.lockFile);
  const used = budget.used();
  const why = whyNotMeasuring({
    now: now(),
    joined: membership !== undefined,
    kinds: consentedKinds(consents),
    outdated: outdatedKinds(consents),
    pause,
    used,
    limits: budget.limits,
    leftNow: budget.left(),
    spoolBytes: waiting.bytes,
    spoolMaxBytes: config.spoolMaxBytes,
    failure: activity?.failure ?? null,
    running: pid !== undefined,
  });
  const report = {
    state: stateOf(why, activity?.measuring ?? null),
    notMeasuring: why ?? null,
    running: pid !== undefined,
    coordinator: membership?.coordinator ?? null,
    coordinatorFingerprint: membership ? fingerprint(membership.coordinatorPublicKey) : null,
    probeId: membership?.probeId ?? null,
    probationUntil: membership?.probationUntil ?? null,
    consents,
    outdatedConsents: outdatedKinds(consents),
    sentTodayBytes: used.day,
    sentThisMonthBytes: used.month,
    budgetLeftBytes: budget.left(),
    limits: budget.limits,
    waitingResults: waiting.results,
    waitingBytes: waiting.bytes,
    storedResults: activity?.stored ?? 0,
    lastStored: activity?.lastStored ?? null,
    droppedResults: activity?.dropped ?? 0,
    lastDropped: activity?.lastDropped ?? null,
    lastContactAt: activity?.lastContactAt ?? null,
    nextPollAt: activity?.nextPollAt ?? null,
  };
  const { lastStored, lastDropped, limits: l } = report;
  const rows: [string, string | undefined][] = [
    ['state', report.state],
    ['not measuring', why && `${why.text} [${why.code}]`],
    ['coordinator', membership && `${membership.coordinator} (${report.coordinatorFingerprint})`],
    ['probe', membership?.probeId],
    ['agreed to', consentedKinds(consents).join(', ') || 'nothing'],
    ['used today', `${formatSize(used.day)} of ${formatSize(l.perDay)}`],
    ['used this month', `${formatSize(used.month)} of ${formatSize(l.perMonth)}`],
    ['last stored', lastStored ? `${lastStored.target}, measured ${lastStored.measuredAt}` : 'nothing yet'],
    ['waiting', `${waiting.results} results (${formatSize(waiting.bytes)})`],
    ['dropped', lastDropped ? `${report.droppedResults}, last: ${lastDropped.reason}` : undefined],
    ['last contact', report.lastContactAt ?? 'never'],
    ['next poll', pid === undefined ? undefined : (report.nextPollAt ?? 'now')],
  ];
  out.data(
    report,
    rows
      .filter((row) => row[1] !== undefined)
      .map(([name, text]) => `${name.padEnd(16)} ${text}`)
      .join('\n'),
  );
}

function stateOf(why: NotMeasuring | undefined, measuring: string | null): string {
  if (why) return 'not measuring';
  return measuring ? `measuring ${measuring}` : 'ready, waiting for its next round';
}
