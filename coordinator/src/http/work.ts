import { WorkAnswer, WorkRequest } from '@brakelight/shared';
import { SMALL_LIMITS } from '../ingest/limits.js';
import type { Probes } from '../live/probes.js';
import type { Network } from '../network/network.js';
import { ProblemError } from '../problems/problem.js';
import type { Scheduler } from '../work/scheduler.js';
import { REFUSALS } from './answers.js';
import type { App } from './app.js';
import type { Signatures } from './signed.js';

export interface WorkRouteDeps {
  readonly scheduler: Scheduler;
  readonly probes: Probes;
  readonly network: Network;
  readonly signatures: Signatures;
  readonly now: () => number;
}

/** POST /v1/work: a probe asks what to measure. */
export function workRoutes(app: App, deps: WorkRouteDeps): void {
  const { scheduler, probes, network, signatures, now } = deps;
  app.post(
    '/v1/work',
    {
      schema: {
        summary: 'What to measure now',
        tags: ['probes'],
        body: WorkRequest,
        response: { 200: WorkAnswer, ...REFUSALS },
      },
      preParsing: signatures.fromProbe(SMALL_LIMITS),
    },
    async (request, reply) => {
      const { probe, params } = signatures.of(request);
      const consented = probe.consents.some(({ kind }) => request.body.kinds.includes(kind));
      if (!consented) throw new ProblemError('consent-missing');
      await probes.seen(probe.id, request.body.agentVersion, now());
      const answer = await scheduler.draw(probe, request.body, network.locate(request.ip).country);
      return signatures.send(reply, 200, answer, params.nonce);
    },
  );
}
