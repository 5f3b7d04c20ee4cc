import { z } from 'zod';
import type { Tokens } from '../live/tokens.js';
import type { Access } from './access.js';
import { creates } from './answers.js';
import type { App } from './app.js';

/** Whom a token lets in. */
export const TokenRequest = z.strictObject({
  /** `one-time` enrols one probe; `network` some probes of each /24 or /48 a day. */
  kind: z.enum(['one-time', 'network']),
  /** Pseudonym of whoever gets the token; all probes that enrol with it count as one person's. */
  owner: z.string().min(1).max(60),
  /** Probes of each /24 or /48 and day; network tokens only, 2 where not given. */
  quota: z.int().min(1).max(1000).optional(),
});

/** The token itself is shown once. */
export const CreatedToken = z.object({ token: z.string(), kind: TokenRequest.shape.kind, owner: z.string() });

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
