import { CreatedToken, TokenRequest } from '@brakelight/shared';
import type { Tokens } from '../live/tokens.js';
import { MAX_TOKEN_LIFE_MS, TOKEN_LIFE_MS } from '../probes/token-life.js';
import { ProblemError } from '../problems/problem.js';
import type { Access } from './access.js';
import { creates } from './answers.js';
import type { App } from './app.js';

const DEFAULT_QUOTA = 2;

export interface TokenRoutesDeps {
  readonly access: Access;
  readonly tokens: Tokens;
  /** Wall clock, Unix milliseconds. */
  readonly now: () => number;
}

/** Enrolment tokens: made by the operator, given to volunteers. */
export function tokenRoutes(app: App, { access, tokens, now }: TokenRoutesDeps): void {
  app.post(
    '/v1/tokens',
    {
      onRequest: access.require('admin'),
      schema: {
        tags: ['administration'],
        security: [{ apiKey: [] }],
        summary: 'Make an enrolment token',
        description:
          'The token in the answer is shown this once; a volunteer joins with it until it expires.',
        body: TokenRequest,
        response: creates(CreatedToken),
      },
    },
    async (request, reply) => {
      const { kind, owner, quota = DEFAULT_QUOTA, expiresAt } = request.body;
      const until = expiryOf(expiresAt, now());
      const terms = {
        kind: kind === 'one-time' ? 'once' : 'network',
        owner,
        quota,
        expiresAt: until,
      } as const;
      const token = await tokens.create(terms);
      return reply.code(201).send({ token, kind, owner, expiresAt: new Date(until).toISOString() });
    },
  );
}

/** Unix milliseconds. @throws ProblemError */
function expiryOf(asked: string | undefined, now: number): number {
  const at = asked === undefined ? now + TOKEN_LIFE_MS : Date.parse(asked);
  if (at > now && at <= now + MAX_TOKEN_LIFE_MS) return at;
  const message = 'is not in the future, or more than 366 days away';
  throw new ProblemError('invalid-request', { errors: [{ path: '/expiresAt', message }] });
}
