import { CONSENT_TEXTS } from '@brakelight/shared';
import { describe, expect, it } from 'vitest';
import { accept, consentedKinds, outdatedKinds } from './consents.js';

const at = '2026-11-01T00:00:00.000Z';

describe('consents', () => {
  it('counts only the current version of a text', () => {
    const old = { kind: 'swap' as const, version: CONSENT_TEXTS.swap.version + 1, acceptedAt: at };
    const now = accept([], ['platform'], at);
    expect(consentedKinds([...now, old])).toEqual(['platform']);
    expect(outdatedKinds([...now, old])).toEqual(['swap']);
    expect(consentedKinds([])).toEqual([]);
  });

  it('keeps when something was first accepted and drops what is not accepted any more', () => {
    const both = accept([], ['platform', 'swap'], at);
    expect(accept(both, ['platform'], '2027-01-01T00:00:00.000Z')).toEqual([both[0]]);
  });
});
