import { StatusAnswer, StatusRequest, Submission, SubmissionAnswer } from '@brakelight/shared';
import type { Admission } from '../ingest/admission.js';
import type { Intake } from '../ingest/intake.js';
import { SMALL_LIMITS, SUBMISSION_LIMITS } from '../ingest/limits.js';
import type { IngestMetrics } from '../ingest/metrics.js';
import { resultStatus, type StoredRows } from '../ingest/result-status.js';
import type { Taken } from '../live/taken.js';
import type { Network } from '../network/network.js';
import { ProblemError } from '../problems/problem.js';
import { REFUSALS } from './answers.js';
import type { App } from './app.js';
import { isGzip } from './body.js';
import type { Signatures } from './signed.js';

export interface SubmissionRouteDeps {
  readonly admission: Admission;
  readonly intake: Intake;
  readonly taken: Taken;
  readonly store: StoredRows;
  readonly network: Network;
  readonly signatures: Signatures;
  readonly metrics: IngestMetrics;
}

/** POST /v1/submissions and POST /v1/results/status: results come in, and their probe asks where they are. */
export function submissionRoutes(app: App, deps: SubmissionRouteDeps): void {
  const { admission, intake, network, signatures, metrics } = deps;
  const tags = ['probes'];

  app.post(
    '/v1/submissions',
    {
      schema: {
        summary: 'Results of drawn tests; 202 means queued',
        tags,
        body: Submission,
        response: { 202: SubmissionAnswer, ...REFUSALS },
      },
      // The envelope has a code of its own, so it is validated by the intake.
      attachValidation: true,
      bodyLimit: SUBMISSION_LIMITS.decompressed,
      onRequest: () => admission.admit(),
      preParsing: [requireGzip, signatures.fromProbe(SUBMISSION_LIMITS)],
    },
    async (request, reply) => {
      const answer = await intake.take(
        signatures.of(request),
        request.body,
        true,
        network.locate(request.ip),
      );
      for (const { outcome } of answer.results) metrics.results.inc({ outcome });
      return reply.code(202).send(answer);
    },
  );

  app.post(
    '/v1/results/status',
    {
      schema: {
        summary: 'Which results are stored',
        tags,
        body: StatusRequest,
        response: { 200: StatusAnswer, ...REFUSALS },
      },
      preParsing: signatures.fromProbe(SMALL_LIMITS),
    },
    (request) => resultStatus(request.body.ids, deps.taken, deps.store),
  );
}

async function requireGzip(request: { headers: { 'content-encoding'?: string } }): Promise<undefined> {
  if (!isGzip(request.headers['content-encoding'])) {
    throw new ProblemError('unsupported-encoding', {
      detail:
        'Submissions are gzip: compress the body, send content-encoding: gzip, sign the compressed bytes.',
    });
  }
  return undefined;
}
