import type { KeyObject } from 'node:crypto';
import type { Config } from '../config.js';
import { consentedKinds, outdatedKinds } from '../consent/consents.js';
import { Coordinator } from '../coordinator/coordinator.js';
import { HttpClient } from '../coordinator/http.js';
import { readKey } from '../identity/key.js';
import type { Home, Membership } from '../state/home.js';
import { CommandEnd, EXIT } from './exit.js';
import type { Output } from './output.js';

/** What every command is given. */
export interface Session {
  readonly config: Config;
  readonly home: Home;
  readonly out: Output;
  readonly now: () => number;
  /** Whether a person sits at the terminal and can be asked. */
  readonly interactive: boolean;
}

/** Membership and key of a probe that has joined. @throws CommandEnd when it has not */
export async function joined({ home }: Session): Promise<{ membership: Membership; privateKey: KeyObject }> {
  const membership = await home.membership.read();
  const privateKey = await readKey(home.keyFile);
  if (!membership || !privateKey)
    throw new CommandEnd(
      EXIT.failure,
      'this probe has not joined a coordinator yet: brakelight-probe join <coordinator-url> --token <token>',
    );
  return { membership, privateKey };
}

/** The wire to the coordinator of a probe that has joined, for a command's own few requests. */
export async function ownCoordinator(
  session: Session,
): Promise<{ membership: Membership; coordinator: Coordinator }> {
  const { membership, privateKey } = await joined(session);
  const http = new HttpClient(membership.coordinator, session.config.localAddress, () => {});
  const signer = { keyId: membership.probeId, privateKey };
  const coordinator = new Coordinator(http, signer, membership.coordinatorPublicKey, session.now);
  return { membership, coordinator };
}

/** @throws CommandEnd (exit 3) when nothing that could be measured is agreed to */
export async function requireConsent(session: Session): Promise<void> {
  await joined(session);
  const consents = (await session.home.consents.read())?.consents ?? [];
  if (consentedKinds(consents).length > 0) return;
  const outdated = outdatedKinds(consents);
  throw new CommandEnd(
    EXIT.consentMissing,
    outdated.length > 0
      ? `the text of what you agreed to has changed (${outdated.join(', ')}); read and accept it: brakelight-probe consent --ask`
      : 'you have not agreed to any kind of test: brakelight-probe consent --ask',
  );
}
