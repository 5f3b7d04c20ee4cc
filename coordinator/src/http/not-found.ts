import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../problems/problem.js';

/**
 * Answers 405 with Allow where the path exists for other methods, else 404. To be called before routes are added.
 */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const known = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const entry = known.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const one of [method].flat()) entry.methods.add(one);
    known.set(url, entry);
  });
  app.setNotFoundHandler((request) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const methods = new Set(
      [...known.values()].filter((r) => r.pattern.test(path)).flatMap((r) => [...r.methods]),
    );
    if (methods.size === 0) throw new ProblemError('not-found');
    throw new ProblemError('method-not-allowed', { headers: { allow: [...methods].sort().join(', ') } });
  });
}

/** `/v1/incidents/:id` -> a pattern for the whole path. */
function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.$^+?()[\]{}|\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}/?$`);
}
