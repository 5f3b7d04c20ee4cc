import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

export interface DashboardOptions {
  /** Folder of the built page, with `index.html`. */
  readonly root: string;
}

/** Nothing from elsewhere, nothing inline, no frames, no plug-ins; the page talks to its own origin only. */
export const DASHBOARD_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Names of built assets carry a hash of their content, so they never change. */
const ASSET = /[\\/]assets[\\/]/;
const YEAR = 'public, max-age=31536000, immutable';

/** Serves the web page at `/`, compressed when it was built. Where it was not built, says so. */
export async function dashboardRoutes(app: FastifyInstance, { root }: DashboardOptions): Promise<void> {
  if (!existsSync(join(root, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, (_request, reply) =>
      reply.code(503).type('text/plain').send('The page has not been built yet: npm run build:dashboard\n'),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root,
    // Each file a route of its own: unknown paths stay the application's to answer.
    wildcard: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.setHeader('cache-control', ASSET.test(path) ? YEAR : 'no-cache');
      reply.setHeader('content-security-policy', DASHBOARD_CSP);
      reply.setHeader('x-content-type-options', 'nosniff');
      reply.setHeader('referrer-policy', 'no-referrer');
      reply.setHeader('cross-origin-opener-policy', 'same-origin');
      reply.setHeader('permissions-policy', 'geolocation=(), camera=(), microphone=()');
    },
  });
}
