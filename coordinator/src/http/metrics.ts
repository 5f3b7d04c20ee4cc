import type { Queue } from 'bullmq';
import { Gauge, Histogram, type Registry } from 'prom-client';
import { z } from 'zod';
import { REFUSALS } from './answers.js';
import type { App } from './app.js';

/** What is asked of a queue. */
export type WatchedQueue = Pick<Queue, 'name' | 'getJobCounts' | 'getJobs'>;

export interface MetricsRoutesDeps {
  readonly registry: Registry;
  readonly queues: readonly WatchedQueue[];
  /** Wall clock, Unix milliseconds. */
  readonly now: () => number;
}

/**
 * `/metrics` for Prometheus: base units; no probe, address or URL as a label. To be called before the routes whose
 * requests it is to time.
 */
export function metricsRoutes(app: App, { registry, queues, now }: MetricsRoutesDeps): void {
  timeRequests(app, registry);
  watchQueues(registry, queues, now);
  app.get(
    '/metrics',
    {
      config: { rateLimit: false },
      schema: {
        tags: ['operation'],
        summary: 'Metrics in the Prometheus text format',
        response: {
          200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } },
          ...REFUSALS,
        },
      },
    },
    async (_request, reply) => {
      const text = await registry.metrics();
      return reply.type(registry.contentType).send(text);
    },
  );
}

function timeRequests(app: App, registry: Registry): void {
  const seconds = new Histogram({
    name: 'brakelight_http_request_duration_seconds',
    help: 'Time from the request line to the end of the answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    // The pattern of the route, never the address that was asked for.
    const route = request.routeOptions.url ?? 'none';
    seconds.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
  });
}

/** Asked when Prometheus asks; a queue that does not answer leaves its numbers out. */
function watchQueues(registry: Registry, queues: readonly WatchedQueue[], now: () => number): void {
  const jobs = new Gauge({
    name: 'brakelight_queue_jobs',
    help: 'Jobs in a queue by state',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const queue of queues) {
        const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed').catch(() => ({}));
        for (const [state, count] of Object.entries(counts)) jobs.set({ queue: queue.name, state }, count);
      }
    },
  });
  const oldest = new Gauge({
    name: 'brakelight_queue_oldest_job_age_seconds',
    help: 'Age of the job that has waited longest; 0 where none waits',
    labelNames: ['queue'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const queue of queues) {
        const first = await queue.getJobs(['waiting'], 0, 0, true).catch(() => undefined);
        if (first) oldest.set({ queue: queue.name }, first[0] ? (now() - first[0].timestamp) / 1000 : 0);
      }
    },
  });
}
