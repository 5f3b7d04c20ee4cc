import { CONSENT_TEXTS, METHOD_VERSION, PublicKey, Version } from '@brakelight/shared';
import { z } from 'zod';
import { REFUSALS } from './answers.js';
import type { App } from './app.js';

export const Introduction = z.object({
  /** Ed25519, 32 raw bytes in base64; a probe pins it when it joins. */
  publicKey: PublicKey,
  fingerprint: z.string(),
  /** Versions of the consent texts in force. */
  consents: z.object({ platform: z.int(), swap: z.int() }),
  methodVersion: Version,
});
export type Introduction = z.infer<typeof Introduction>;

/** GET /v1/coordinator: who this coordinator is, for anyone. */
export function introductionRoutes(app: App, deps: { publicKey: string; fingerprint: string }): void {
  const answer: Introduction = {
    publicKey: deps.publicKey,
    fingerprint: deps.fingerprint,
    consents: { platform: CONSENT_TEXTS.platform.version, swap: CONSENT_TEXTS.swap.version },
    methodVersion: METHOD_VERSION,
  };
  const schema = {
    summary: 'Who this coordinator is',
    tags: ['probes'],
    response: { 200: Introduction, ...REFUSALS },
  };
  app.get('/v1/coordinator', { schema }, () => answer);
}
