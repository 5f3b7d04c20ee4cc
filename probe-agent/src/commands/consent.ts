import { CONSENT_TEXTS, TestKind } from '@brakelight/shared';
import { askConsents, showConsent } from '../consent/ask.js';
import { accept, consentedKinds } from '../consent/consents.js';
import { CommandEnd, EXIT } from './exit.js';
import type { Session } from './session.js';

export interface ConsentOptions {
  readonly accept?: readonly TestKind[] | undefined;
  readonly withdraw?: readonly TestKind[] | undefined;
  readonly ask: boolean;
}

/** Shows what each kind of test means and what was agreed to; changes it when told so. Works offline. */
export async function consent(
  { home, out, now, interactive }: Session,
  options: ConsentOptions,
): Promise<void> {
  const before = (await home.consents.read())?.consents ?? [];
  const current = consentedKinds(before);
  const added = options.accept ?? (options.ask ? await asked(interactive) : []);
  const withdrawn =
    options.withdraw ?? (options.ask ? TestKind.options.filter((k) => !added.includes(k)) : []);
  const kinds = TestKind.options.filter(
    (kind) => (current.includes(kind) || added.includes(kind)) && !withdrawn.includes(kind),
  );
  for (const kind of options.accept ?? []) out.note(showConsent(kind));

  if (kinds.join() !== current.join())
    await home.consents.write({
      consents: accept(before, kinds, new Date(now()).toISOString()),
      told: false,
    });
  const texts = TestKind.options.map((kind) => ({ ...CONSENT_TEXTS[kind], accepted: kinds.includes(kind) }));
  out.data(
    { kinds, texts },
    texts
      .map(
        (t) =>
          `${showConsent(t.kind)}\n  ${t.accepted ? 'You agreed to this.' : 'You have not agreed to this.'}`,
      )
      .join('\n'),
  );
}

async function asked(interactive: boolean): Promise<TestKind[]> {
  if (interactive) return await askConsents();
  throw new CommandEnd(EXIT.consentMissing, 'nobody is here to ask: use --accept or --withdraw');
}
