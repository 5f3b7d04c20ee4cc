import { ConsentUpdate, fingerprint } from '@brakelight/shared';
import { z } from 'zod';
import { SMALL_LIMITS } from '../ingest/limits.js';
import type { Counters } from '../live/counters.js';
import type { Probes } from '../live/probes.js';
import { requireCurrent } from '../probes/enrolment.js';
import { REFUSALS } from './answers.js';
import type { App } from './app.js';
import type { Signatures } from './signed.js';

export interface OwnProbeRoutesDeps {
  readonly probes: Probes;
  readonly counters: Counters;
  readonly signatures: Signatures;
  /** Wall clock, Unix milliseconds. */
  readonly now: () => number;
}

/** PUT /v1/probes/self/consents and DELETE /v1/probes/self: what a probe says about itself. */
export function ownProbeRoutes(app: App, deps: OwnProbeRoutesDeps): void {
  const { probes, counters, signatures, now } = deps;
  const preParsing = signatures.fromProbe(SMALL_LIMITS);
  const tags = ['probes'];

  app.put(
    '/v1/probes/self/consents',
    {
      schema: {
        summary: 'Replace the recorded consents',
        tags,
        body: ConsentUpdate,
        response: { 204: z.undefined(), ...REFUSALS },
      },
      preParsing,
    },
    async (request, reply) => {
      requireCurrent(request.body.consents);
      await probes.setConsents(signatures.of(request).probe.id, request.body.consents);
      return reply.code(204).send();
    },
  );

  app.delete(
    '/v1/probes/self',
    {
      schema: { summary: 'Leave and be forgotten', tags, response: { 204: z.undefined(), ...REFUSALS } },
      preParsing,
    },
    async (request, reply) => {
      const { probe } = signatures.of(request);
      await counters.forget(probe.id, now());
      await probes.forget(probe.id, fingerprint(probe.publicKey));
      return reply.code(204).send();
    },
  );
}
