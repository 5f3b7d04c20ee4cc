import { CreatedToken, TokenRequest } from '@brakelight/shared';
import type { Tokens } from '../live/tokens.js';
import type { Access } from './access.js';
import { creates } from './answers.js';
import type { App } from './app.js';

const DEFAULT_QUOTA = 2;

/** Enrolment tokens: made by the operator, given to volunteers. */
export function tokenRoutes(
  app: App,
  { access, tokens }: { readonly access: Access; readonly tokens: Tokens },
): void {
  app.post(
    '/v1/tokens',
    {
      onRequest: access.require('admin'),
      schema: {
        tags: ['administration'],
        security: [{ apiKey: [] }],
        summary: 'Make an enrolment token',
        description: 'The token in the answer is shown this once; a volunteer joins with it.',
        body: TokenRequest,
        response: creates(CreatedToken),
      },
    },
    async (request, reply) => {
      const { kind, owner, quota = DEFAULT_QUOTA } = request.body;
      const token = await tokens.create({ kind: kind === 'one-time' ? 'once' : 'network', owner, quota });
      return reply.code(201).send({ token, kind, owner });
    },
  );
}
