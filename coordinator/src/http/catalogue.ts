import { randomBytes } from 'node:crypto';
import { Catalogue } from '@brakelight/shared';
import { ProblemError } from '../problems/problem.js';
import { REFUSALS } from './answers.js';
import type { App } from './app.js';
import type { Signatures } from './signed.js';

const NONCE = /^[A-Za-z0-9_-]{8,64}$/;

/**
 * GET /v1/catalogue: what is measured and against what, signed. Who wants proof that the answer is fresh sends a nonce
 * of its own in `brakelight-nonce`.
 */
export function catalogueRoutes(app: App, deps: { catalogue: Catalogue; signatures: Signatures }): void {
  const schema = {
    summary: 'What is measured, and against what',
    tags: ['probes'],
    response: { 200: Catalogue, ...REFUSALS },
  };
  app.get('/v1/catalogue', { schema }, async (request, reply) => {
    const given = request.headers['brakelight-nonce'] ?? randomBytes(16).toString('base64url');
    if (typeof given !== 'string' || !NONCE.test(given)) {
      const errors = [
        { path: '/headers/brakelight-nonce', message: 'expected 8-64 letters, digits, "-" or "_"' },
      ];
      throw new ProblemError('invalid-request', { errors });
    }
    return deps.signatures.send(reply, 200, deps.catalogue, given);
  });
}
