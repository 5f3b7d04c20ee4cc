import { CONSENT_TEXTS, TestKind } from '@brakelight/shared';
import { askConsents, showConsent } from '../consent/ask.js';
import { accept, consentedKinds } from '../consent/consents.js';
import { tellConsents } from '../consent/tell.js';
import { ContactError } from '../coordinator/errors.js';
import { CommandEnd, EXIT } from './exit.js';
import { ownCoordinator, type Session } from './session.js';

export interface ConsentOptions {
  readonly accept?: readonly TestKind[] | undefined;
  readonly withdraw?: readonly TestKind[] | undefined;
  readonly ask: boolean;
}

/** Shows what each kind of test means and what was agreed to; changes it when told so. Works offline. */
export async function consent(session: Session, options: ConsentOptions): Promise<void> {
  const { home, out, now, interactive } = session;
  const before = (await home.consents.read())?.consents ?? [];
  const current = consentedKinds(before);
  const added = options.accept ?? (options.ask ? await asked(interactive) : []);
  const withdrawn =
    options.withdraw ?? (options.ask ? TestKind.options.filter((k) => !added.includes(k)) : []);
  const kinds = TestKind.options.filter(
    (kind) => (current.includes(kind) || added.includes(kind)) && !withdrawn.includes(kind),
  );
  for (const kind of options.accept ?? []) out.note(showConsent(kind));

  const changed = kinds.join() !== current.join();
  if (changed) {
    const consents = accept(before, kinds, new Date(now()).toISOString());
    await home.consents.write({ consents });
    if (await home.membership.read()) await tell(session);
  }
  const texts = TestKind.options.map((kind) => ({ ...CONSENT_TEXTS[kind], accepted: kinds.includes(kind) }));
  const words = changed
    ? `You agree to ${kinds.join(' and ') || 'nothing: nothing is measured'}.`
    : texts.map(
        (t) => `${showConsent(t.kind)}\n  ${t.accepted ? 'You agree to this.' : 'You do not agree to this.'}`,
      );
  out.data({ kinds, texts }, [words].flat().join('\n'));
}

/** What was decided holds at once on this machine; the coordinator learns of it now or, by a running agent, later. */
async function tell(session: Session): Promise<void> {
  const { coordinator } = await ownCoordinator(session);
  try {
    await tellConsents(session.home, coordinator);
  } catch (error) {
    if (!(error instanceof ContactError)) throw error;
    session.out.note(
      `The coordinator does not know it yet (${error.message}); a running agent tells it later.`,
    );
  }
}

async function asked(interactive: boolean): Promise<TestKind[]> {
  if (interactive) return await askConsents();
  throw new CommandEnd(EXIT.consentMissing, 'nobody is here to ask: use --accept or --withdraw');
}
