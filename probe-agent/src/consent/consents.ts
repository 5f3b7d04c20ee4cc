import { CONSENT_TEXTS, type Consent, TestKind } from '@brakelight/shared';

/** Kinds whose text, in the version this agent carries, was accepted. Only these are measured. */
export function consentedKinds(consents: readonly Consent[]): TestKind[] {
  return TestKind.options.filter((kind) =>
    consents.some((c) => c.kind === kind && c.version === CONSENT_TEXTS[kind].version),
  );
}

/** Kinds accepted in another version of their text: to be asked again. */
export function outdatedKinds(consents: readonly Consent[]): TestKind[] {
  const current = consentedKinds(consents);
  return TestKind.options.filter((kind) => !current.includes(kind) && consents.some((c) => c.kind === kind));
}

/** Record after accepting these kinds now; an acceptance that is already there keeps its time, others are dropped. */
export function accept(consents: readonly Consent[], kinds: readonly TestKind[], at: string): Consent[] {
  return kinds.map((kind) => {
    const { version } = CONSENT_TEXTS[kind];
    return (
      consents.find((c) => c.kind === kind && c.version === version) ?? { kind, version, acceptedAt: at }
    );
  });
}
