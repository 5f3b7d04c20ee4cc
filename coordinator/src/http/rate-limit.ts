import { createHash } from 'node:crypto';
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../problems/problem.js';

export interface RateLimitSettings {
  /** Requests of one client in one window. */
  readonly max: number;
  /** Seconds. */
  readonly windowS: number;
  /** Whose API key a request carries; a good key has a quota of its own, {@link KEY_FACTOR} times as large. */
  readonly keyOf?: (request: FastifyRequest) => Promise<string | undefined>;
}

/** How much more a client with an API key may ask. */
export const KEY_FACTOR = 10;

/**
 * Limits requests by client: the API key where there is a good one, else the address as seen through the trusted
 * proxies, IPv6 by /64. Counted in memory, by a hash of the address. Headers follow draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` says the quota,
 * `RateLimit` what is left of it and for how many seconds.
 */
export async function limitRequests(app: FastifyInstance, settings: RateLimitSettings): Promise<void> {
  await app.register(rateLimit, {
    // As a hook of every route it would run after the route's own, and a refused key would cost nothing.
    global: false,
    max: (_request, client) => settings.max * (client.startsWith(BY_KEY) ? KEY_FACTOR : 1),
    timeWindow: settings.windowS * 1000,
    cache: 20_000,
    keyGenerator: async (request) => {
      const id = await settings.keyOf?.(request);
      return id === undefined ? hashOf(normalizeIP(request.ip, 64)) : `${BY_KEY}${id}`;
    },
    errorResponseBuilder: (_request, { ttl }) =>
      new ProblemError('rate-limited', { retryAfterS: ttl / 1000 }),
  });
  app.addHook('onRequest', app.rateLimit());
  app.addHook('onSend', async (_request: FastifyRequest, reply: FastifyReply) => {
    const limit = reply.getHeader('x-ratelimit-limit');
    if (limit === undefined) return;
    const left = reply.getHeader('x-ratelimit-remaining');
    const reset = reply.getHeader('x-ratelimit-reset');
    reply.header('ratelimit-policy', `"default";q=${limit};w=${settings.windowS}`);
    reply.header('ratelimit', `"default";r=${left};t=${reset}`);
    for (const name of ['limit', 'remaining', 'reset']) reply.removeHeader(`x-ratelimit-${name}`);
  });
}

const BY_KEY = 'key:';

function hashOf(address: string): string {
  return createHash('sha256').update(address).digest('base64');
}
