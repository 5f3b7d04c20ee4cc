import { ApiKey, ApiKeyRequest, CreatedApiKey, pageOf, Ulid } from '@brakelight/shared';
import { z } from 'zod';
import type { ApiKeys } from '../live/api-keys.js';
import { ProblemError } from '../problems/problem.js';
import type { Access } from './access.js';
import { creates, REFUSALS, reads } from './answers.js';
import type { App } from './app.js';
import { answerPage, pageOfList } from './page.js';
import { Paging, splitQuery } from './query.js';

export interface KeyRoutesDeps {
  readonly access: Access;
  readonly apiKeys: ApiKeys;
  /** Ends every subscription that a key has made. */
  readonly unsubscribe: (owner: string) => Promise<void>;
  /** Wall clock, Unix milliseconds. */
  readonly now: () => number;
}

const TAGS = ['administration'];
const SECURITY = [{ apiKey: [] }];

/** API keys: made, listed and revoked by the operator. */
export function keyRoutes(app: App, { access, apiKeys, unsubscribe, now }: KeyRoutesDeps): void {
  const onRequest = access.require('admin');

  app.post(
    '/v1/keys',
    {
      onRequest,
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'Make an API key',
        description: 'The key in the answer is shown this once.',
        body: ApiKeyRequest,
        response: creates(CreatedApiKey),
      },
    },
    async (request, reply) => reply.code(201).send(await apiKeys.create(request.body, now())),
  );

  app.get(
    '/v1/keys',
    {
      onRequest,
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'API keys, oldest first, without their secrets',
        querystring: z.strictObject(Paging),
        response: reads(pageOf(ApiKey)),
      },
    },
    async (request, reply) => {
      const { page } = splitQuery(request.query);
      const keys = await apiKeys.list();
      return answerPage(request, reply, Promise.resolve(pageOfList(keys, ({ id }) => id, page)));
    },
  );

  app.delete(
    '/v1/keys/:id',
    {
      onRequest,
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'Revoke an API key and end its webhooks',
        description:
          'From now on the key opens nothing, its webhooks are deleted, and messages that are still to be delivered to them are dropped. To change a key, make another, subscribe with it, and revoke this one.',
        params: z.strictObject({ id: Ulid }),
        response: { 204: z.null().meta({ description: 'Revoked' }), ...REFUSALS },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const known = await apiKeys.revoke(id);
      // Also when it is gone already: whoever died between the two is asked again.
      await unsubscribe(id);
      if (!known) {
        throw new ProblemError('not-found', { detail: `There is no API key "${id}" here.` });
      }
      return reply.code(204).send(null);
    },
  );
}
