import { exportPublicKey, fingerprint, type TestKind } from '@brakelight/shared';
import { mergeLimits } from '../budget/budget.js';
import { askConsents, askYes, showConsent } from '../consent/ask.js';
import { accept } from '../consent/consents.js';
import { Coordinator, introduce } from '../coordinator/coordinator.js';
import { coordinatorOrigin, HttpClient } from '../coordinator/http.js';
import { readOrMakeKey } from '../identity/key.js';
import type { Limits, Membership } from '../state/home.js';
import { Lock } from '../state/lock.js';
import { formatSize } from '../state/size.js';
import { AGENT_VERSION } from '../version.js';
import { CommandEnd, EXIT } from './exit.js';
import type { Session } from './session.js';

export interface JoinOptions {
  readonly token: string;
  readonly fingerprint?: string | undefined;
  readonly accept?: readonly TestKind[] | undefined;
  readonly yes: boolean;
  readonly limits: Limits;
}

/** Consent first, then who the coordinator is, then enrolment; nothing is sent before the person agreed. */
export async function join(session: Session, url: string, options: JoinOptions): Promise<void> {
  const { home, out, now } = session;
  const origin = originOf(url);
  const existing = await home.membership.read();
  if (existing) return alreadyJoined(session, origin, existing);

  const kinds = await consents(session, options.accept);
  const lock = await Lock.take(home.lockFile);
  try {
    const privateKey = await readOrMakeKey(home.keyFile);
    const http = new HttpClient(origin, session.config.localAddress, () => {});
    const shown = await introduce(http, now());
    await checkFingerprint(session, shown.fingerprint, options);

    const consentRecord = accept((await home.consents.read())?.consents ?? [], kinds, iso(now()));
    await home.consents.write({ consents: consentRecord });
    const signer = { keyId: fingerprint(exportPublicKey(privateKey)), privateKey };
    const coordinator = new Coordinator(http, signer, shown.publicKey, now);
    const answer = await coordinator.enrol({
      token: options.token,
      agentVersion: AGENT_VERSION,
      consents: consentRecord,
    });
    await home.limits.write(options.limits);
    const membership: Membership = {
      coordinator: origin,
      coordinatorPublicKey: answer.coordinatorPublicKey,
      probeId: answer.probeId,
      country: answer.country,
      asn: answer.asn,
      joinedAt: iso(now()),
      probationUntil: answer.probationUntil,
    };
    await home.membership.write(membership);
    const limits = mergeLimits(options.limits, session.config.limits);
    out.data(
      { joined: true, fingerprint: shown.fingerprint, ...membership, kinds, limits },
      [
        `Joined ${origin} as probe ${answer.probeId}.`,
        `  coordinator   ${shown.fingerprint} (pinned: only work signed with this key is accepted)`,
        `  it sees you   in ${answer.country ?? 'an unknown country'}, ${answer.asn ? `AS${answer.asn}` : 'an unknown network'}`,
        `  on probation  until ${answer.probationUntil} (results are stored and shown, not judged)`,
        `  you agreed to ${kinds.join(', ')}`,
        `  budget        ${formatSize(limits.perDay)} a day, ${formatSize(limits.perMonth)} a month`,
        'Start measuring with: brakelight-probe run',
      ].join('\n'),
    );
  } finally {
    await lock.release();
  }
}

function originOf(url: string): string {
  try {
    return coordinatorOrigin(url).origin;
  } catch (error) {
    throw new CommandEnd(EXIT.usage, (error as Error).message);
  }
}

function alreadyJoined({ out }: Session, origin: string, membership: Membership): void {
  if (membership.coordinator !== origin)
    throw new CommandEnd(
      EXIT.failure,
      `this probe belongs to ${membership.coordinator}; leave it first (brakelight-probe leave)`,
    );
  out.data(
    { joined: true, already: true, ...membership },
    `Already joined ${origin} as probe ${membership.probeId}. To change what you agree to: brakelight-probe consent`,
  );
}

async function consents(
  session: Session,
  given: readonly TestKind[] | undefined,
): Promise<readonly TestKind[]> {
  if (given) {
    for (const kind of given) session.out.note(showConsent(kind));
    return given;
  }
  const kinds = session.interactive ? await askConsents() : [];
  if (kinds.length > 0) return kinds;
  throw new CommandEnd(
    EXIT.consentMissing,
    session.interactive
      ? 'nothing was agreed to, so nothing was sent'
      : 'nobody is here to ask: read the texts (brakelight-probe consent), then say what you agree to with --accept platform,swap',
  );
}

async function checkFingerprint(session: Session, shown: string, options: JoinOptions): Promise<void> {
  if (options.fingerprint !== undefined) {
    if (options.fingerprint === shown) return;
    throw new CommandEnd(
      EXIT.notAuthorised,
      `the coordinator shows fingerprint ${shown}, not ${options.fingerprint}: somebody else answers at this address`,
    );
  }
  session.out.note(`The coordinator's fingerprint is ${shown}`);
  if (!session.interactive || options.yes) return;
  if (!(await askYes('Is this what its operator told you? [y/N] ')))
    throw new CommandEnd(EXIT.notAuthorised, 'the coordinator was not trusted; the token was not sent');
}

const iso = (ms: number) => new Date(ms).toISOString();
