import { EnrolmentAnswer, EnrolmentRequest, fingerprint } from '@brakelight/shared';
import { SMALL_LIMITS } from '../ingest/limits.js';
import type { Network } from '../network/network.js';
import type { Enrolment } from '../probes/enrolment.js';
import { ProblemError } from '../problems/problem.js';
import { REFUSALS } from './answers.js';
import type { App } from './app.js';
import { asPayload, readCapped } from './body.js';
import type { Signatures } from './signed.js';

export interface EnrolmentRouteDeps {
  readonly enrolment: Enrolment;
  readonly network: Network;
  readonly signatures: Signatures;
}

/** POST /v1/enrolments: a probe joins. The request is signed with the key that it carries. */
export function enrolmentRoutes(app: App, deps: EnrolmentRouteDeps): void {
  const { enrolment, network, signatures } = deps;
  const raw = new WeakMap<object, Buffer>();
  app.post(
    '/v1/enrolments',
    {
      schema: {
        summary: 'A probe joins',
        tags: ['probes'],
        body: EnrolmentRequest,
        response: { 201: EnrolmentAnswer, ...REFUSALS },
      },
      bodyLimit: SMALL_LIMITS.wire,
      preParsing: async (request, _reply, payload) => {
        signatures.readParams(request);
        const body = await readCapped(payload, request.headers['content-length'], SMALL_LIMITS.wire);
        raw.set(request, body);
        return asPayload(body, body.length);
      },
    },
    async (request, reply) => {
      const params = signatures.readParams(request);
      const { publicKey } = request.body;
      if (params.keyId !== fingerprint(publicKey)) throw new ProblemError('key-mismatch');
      await signatures.check(request, params, raw.get(request) ?? Buffer.alloc(0), publicKey);
      const answer = await enrolment.enrol(request.body, network.locate(request.ip));
      return signatures.send(reply, 201, answer, params.nonce);
    },
  );
}
