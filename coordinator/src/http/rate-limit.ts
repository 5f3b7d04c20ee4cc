import { createHash } from 'node:crypto';
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from './app.js';
import { ProblemError } from './problem.js';

export interface RateLimitSettings {
  /** Requests of one client in one window. */
  readonly max: number;
  /** Seconds. */
  readonly windowS: number;
}

/**
 * Limits requests by client: the address as seen through the trusted proxies, IPv6 by /64. Counted in memory, by
 * a hash of the address. Headers follow draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` says the quota,
 * `RateLimit` what is left of it and for how many seconds.
 */
export async function limitRequests(app: App, settings: RateLimitSettings): Promise<void> {
  await app.register(rateLimit, {
    max: settings.max,
    timeWindow: settings.windowS * 1000,
    cache: 20_000,
    keyGenerator: (request) => createHash('sha256').update(normalizeIP(request.ip, 64)).digest('base64'),
    errorResponseBuilder: (_request, { ttl }) =>
      new ProblemError('rate-limited', { retryAfterS: ttl / 1000 }),
  });
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
