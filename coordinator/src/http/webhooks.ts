import { CreatedWebhook, Delivery, pageOf, Ulid, Webhook, WebhookRequest } from '@brakelight/shared';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type AddressGuard, ForbiddenAddress } from '../alerts/address-guard.js';
import type { Deliveries } from '../live/deliveries.js';
import type { Subscription, Webhooks } from '../live/webhooks.js';
import { ProblemError } from '../problems/problem.js';
import type { Access } from './access.js';
import { creates, REFUSALS, reads } from './answers.js';
import type { App } from './app.js';
import { answerPage, pageOfList } from './page.js';
import { Paging, splitQuery } from './query.js';

export interface WebhookRoutesDeps {
  readonly access: Access;
  readonly webhooks: Webhooks;
  readonly deliveries: Deliveries;
  readonly guard: AddressGuard;
  /** Wall clock, Unix milliseconds. */
  readonly now: () => number;
}

const TAGS = ['webhooks'];
const SECURITY = [{ apiKey: [] }];
/** Subscriptions of one key: every event asks all of them. */
const MAX_WEBHOOKS = 100;
const Params = z.strictObject({ id: Ulid });

/** Subscriptions to alerts, and what became of each message. A key sees its own; the operator's sees all. */
export function webhookRoutes(app: App, deps: WebhookRoutesDeps): void {
  const { access, webhooks, deliveries, guard, now } = deps;
  const onRequest = access.require('webhooks');

  function mayUse(request: FastifyRequest, webhook: Subscription): boolean {
    const caller = access.caller(request);
    return caller.id === webhook.owner || caller.scopes.includes('admin');
  }

  /** What belongs to somebody else is not there. */
  async function find(request: FastifyRequest, id: string): Promise<Subscription> {
    const webhook = await webhooks.get(id);
    if (webhook && mayUse(request, webhook)) return webhook;
    throw new ProblemError('not-found', { detail: `There is no subscription "${id}" here.` });
  }

  app.post(
    '/v1/webhooks',
    {
      onRequest,
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'Subscribe to alerts',
        description:
          'Messages follow Standard Webhooks 1.0.0. The secret in the answer is shown this once. Filters that are left out or empty admit everything but suspicions: whoever wants those, and to hear when one fades, names the type `throttling.suspected`. Imports are not sent unless the import asks for it.',
        body: WebhookRequest,
        response: creates(CreatedWebhook),
      },
    },
    async (request, reply) => {
      const caller = access.caller(request);
      const mine = (await webhooks.list()).filter(({ owner }) => owner === caller.id);
      if (mine.length >= MAX_WEBHOOKS) throw new ProblemError('too-many-webhooks');
      await guard.check(request.body.url).catch(refuse);
      const webhook = await webhooks.create(request.body, caller.id, now());
      const { owner: _, ...shown } = webhook;
      return reply.code(201).header('location', `/v1/webhooks/${webhook.id}`).send(shown);
    },
  );

  app.get(
    '/v1/webhooks',
    {
      onRequest,
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'Your subscriptions, oldest first',
        querystring: z.strictObject(Paging),
        response: reads(pageOf(Webhook)),
      },
    },
    async (request, reply) => {
      const mine = (await webhooks.list()).filter((webhook) => mayUse(request, webhook)).map(shown);
      const { page } = splitQuery(request.query);
      return answerPage(request, reply, Promise.resolve(pageOfList(mine, ({ id }) => id, page)));
    },
  );

  app.get(
    '/v1/webhooks/:id',
    {
      onRequest,
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'One subscription',
        description: '`disabledAt` is set once the receiver answered 410 Gone: delete it and subscribe anew.',
        params: Params,
        response: reads(Webhook),
      },
    },
    async (request) => shown(await find(request, request.params.id)),
  );

  app.delete(
    '/v1/webhooks/:id',
    {
      onRequest,
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'Unsubscribe',
        description: 'Messages that are still to be delivered are dropped.',
        params: Params,
        response: { 204: z.null().meta({ description: 'Gone' }), ...REFUSALS },
      },
    },
    async (request, reply) => {
      const { id } = await find(request, request.params.id);
      await webhooks.remove(id);
      await deliveries.forget(id);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/v1/webhooks/:id/deliveries',
    {
      onRequest,
      schema: {
        tags: TAGS,
        security: SECURITY,
        summary: 'What became of each message, newest first',
        description: 'Kept for 30 days. `messageId` is the `webhook-id` header, the same on every attempt.',
        params: Params,
        querystring: z.strictObject(Paging),
        response: reads(pageOf(Delivery)),
      },
    },
    async (request, reply) => {
      const { id } = await find(request, request.params.id);
      const { limit, cursor } = splitQuery(request.query).page;
      const found = await deliveries.list(id, limit + 1, cursor);
      if (!found) throw new ProblemError('invalid-cursor');
      const data = found.slice(0, limit);
      const nextCursor = found.length > limit ? (data.at(-1)?.messageId ?? null) : null;
      return answerPage(request, reply, Promise.resolve({ data, nextCursor }));
    },
  );
}

function shown({ secret: _secret, owner: _owner, ...webhook }: Subscription): Webhook {
  return webhook;
}

function refuse(error: unknown): never {
  if (!(error instanceof ForbiddenAddress)) throw error;
  throw new ProblemError('webhook-address', { errors: [{ path: '/url', message: error.message }] });
}
