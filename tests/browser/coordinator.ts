import { fileURLToPath } from 'node:url';
import { dashboardRoutes } from '@brakelight/coordinator/http/dashboard';
import type { Cell, Incident, ThrottledNow } from '@brakelight/shared';
import fastify, { type FastifyInstance } from 'fastify';
import { eventsOf, seriesOf, throttledNow } from './fixtures.js';

/** What this stand-in for a coordinator knows. Tests change it while it runs. */
export interface Knowledge {
  targets: { source: string; target: string; name: string; historical: boolean }[];
  cells: Cell[];
  incidents: Incident[];
  /** Answer every question with a problem. */
  broken: boolean;
}

const PAGE = fileURLToPath(new URL('../../coordinator/dist/dashboard', import.meta.url));
/** Small pages, so that following the cursor is part of every test. */
const PAGE_SIZE = 20;

type Query = { source?: string; country?: string; cursor?: string };

/** The public interface over `knowledge`, and the real page in front of it. */
export async function serve(knowledge: Knowledge): Promise<{ url: string; app: FastifyInstance }> {
  const app = fastify();
  app.addHook('onRequest', async (request, reply) => {
    if (!knowledge.broken || !request.url.startsWith('/v1/')) return;
    await reply.code(503).type('application/problem+json').send({
      type: 'about:blank',
      title: 'The store is away',
      status: 503,
      code: 'store-unavailable',
      requestId: '1',
    });
  });
  await app.register((scope) => dashboardRoutes(scope, { root: PAGE }));
  app.get('/v1/targets', () => ({ data: knowledge.targets, nextCursor: null }));
  app.get('/v1/coordinator', () => ({ fingerprint: 'zp8Vq0mJx1b0yq2hYw3n5g', methodVersion: '1.0.0' }));
  app.get('/v1/throttled-now', (): ThrottledNow => throttledNow(knowledge.cells, knowledge.incidents));
  app.get<{ Querystring: Query }>('/v1/cells', ({ query }) => pageOf(knowledge.cells, query));
  app.get<{ Querystring: Query }>('/v1/incidents', ({ query }) => pageOf(knowledge.incidents, query));
  app.get<{ Params: { id: string } }>('/v1/incidents/:id', ({ params }, reply) => {
    const one = knowledge.incidents.find(({ id }) => id === params.id);
    if (one) return one;
    return reply.code(404).type('application/problem+json').send({
      type: 'about:blank',
      title: 'No such incident',
      status: 404,
      code: 'not-found',
      requestId: '1',
    });
  });
  app.get<{ Params: { id: string } }>('/v1/incidents/:id/series', ({ params }) => {
    const data = knowledge.incidents.filter(({ id }) => id === params.id).flatMap(seriesOf);
    const [first, second] = data.map(({ at }) => Date.parse(at));
    return { stepMs: (second ?? 0) - (first ?? 0), data };
  });
  app.get<{ Params: { id: string } }>('/v1/incidents/:id/events', ({ params }) => ({
    data: knowledge.incidents.filter(({ id }) => id === params.id).flatMap(eventsOf),
    nextCursor: null,
  }));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, app };
}

function pageOf<T extends Cell | Incident>(all: readonly T[], { source, country, cursor }: Query) {
  const wanted = all.filter(
    (one) => (!source || one.source === source) && (!country || one.country === country),
  );
  const from = Number(cursor ?? 0);
  const to = from + PAGE_SIZE;
  return { data: wanted.slice(from, to), nextCursor: to < wanted.length ? String(to) : null };
}
