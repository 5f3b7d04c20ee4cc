import { z } from 'zod';
import { ProblemError } from '../problems/problem.js';
import { REFUSALS } from './answers.js';
import type { App } from './app.js';

/** Something that this coordinator cannot work without; `ask` rejects, or says `false`, when it does not answer. */
export interface Dependency {
  readonly name: string;
  readonly ask: () => Promise<unknown>;
}

export interface HealthRoutesDeps {
  readonly dependencies: readonly Dependency[];
  /** Whether the process is on its way out and wants no new requests. */
  readonly draining: () => boolean;
}

const DEADLINE_MS = 2_000;
/** Probes of an orchestrator are not clients. */
const config = { rateLimit: false } as const;
const TAGS = ['operation'];

/** `/healthz`: the process runs. `/readyz`: send it requests. */
export function healthRoutes(app: App, { dependencies, draining }: HealthRoutesDeps): void {
  app.get(
    '/healthz',
    {
      config,
      schema: {
        tags: TAGS,
        summary: 'Whether the process runs',
        response: { 200: z.object({ status: z.literal('ok') }), ...REFUSALS },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      config,
      schema: {
        tags: TAGS,
        summary: 'Whether it can take requests',
        description: 'Asks every engine; 503 with the ones that do not answer, or while shutting down.',
        response: { 200: z.object({ status: z.literal('ready') }), ...REFUSALS },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      if (draining()) throw new ProblemError('not-ready', { detail: 'This coordinator is shutting down.' });
      const answers = await Promise.all(dependencies.map(async (one) => ((await respond(one)) ? [] : [one])));
      const silent = answers.flat();
      if (silent.length > 0) {
        throw new ProblemError('not-ready', {
          errors: silent.map(({ name }) => ({ path: name, message: 'does not answer' })),
        });
      }
      return { status: 'ready' as const };
    },
  );
}

async function respond({ ask }: Dependency): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), DEADLINE_MS);
  });
  try {
    return await Promise.race([ask().then((answer) => answer !== false), deadline]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
