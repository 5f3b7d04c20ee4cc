import type { Redis } from 'ioredis';
import { Histogram, type Registry } from 'prom-client';
import type { DetectionParameters } from './detection/parameters.js';
import { type AlertsSink, Judge } from './judge/judge.js';
import { JudgeLoop } from './judge/loop.js';
import type { Dirty, Touched } from './live/dirty.js';
import { ImportJobs } from './live/import-jobs.js';
import { ImportNotify } from './live/import-notify.js';
import { Suspected } from './live/suspected.js';
import type { Logger } from './logging.js';
import type { Store } from './store/store.js';

/** Between two looks at what got new rows, at most; a shorter period is looked at sooner. */
const MAX_PAUSE_MS = 5_000;
/** Looks per period. */
const LOOKS = 8;

export interface JudgingDeps {
  readonly parameters: DetectionParameters;
  readonly store: Store;
  readonly dirty: Dirty;
  readonly alerts: AlertsSink;
  readonly redis: Redis;
  /** Prefix of every Redis key. */
  readonly prefix: string;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Everything that judges. */
export interface Judging {
  start(): JudgeLoop;
}

/** Puts the judging together. */
export function openJudging(deps: JudgingDeps): Judging {
  const { parameters, store, dirty, alerts, redis, prefix, logger, now } = deps;
  const notify = new ImportNotify(redis, prefix);
  const judge = new Judge({
    store,
    alerts,
    parameters,
    notifies: (source) => notify.wants(source),
    suspected: new Suspected(redis, prefix),
    now,
    logger,
  });
  const seconds = new Histogram({
    name: 'brakelight_judgement_duration_seconds',
    help: 'Time to judge all places of one target.',
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers: [deps.registry],
  });
  return {
    start: () => {
      const loop = new JudgeLoop({
        judge: {
          judge: async (source, target) => {
            const done = seconds.startTimer();
            await judge.judge(source, target);
            done();
          },
        },
        dirty: {
          take: () => ripe(dirty, new ImportJobs(redis, prefix)),
          mark: (source, target) => dirty.mark(source, target),
        },
        targets: () => store.measurements.targets(),
        periodMs: parameters.periodMs,
        pauseMs: Math.min(MAX_PAUSE_MS, parameters.periodMs / LOOKS),
        logger,
      });
      loop.start();
      return loop;
    },
  };
}

/** What is dirty, but for imports that are still coming in: half of a history is not a history. */
async function ripe(dirty: Dirty, imports: ImportJobs): Promise<Touched[]> {
  const ripe: Touched[] = [];
  for (const touched of await dirty.take()) {
    if ((await imports.list(touched.source)).size === 0) ripe.push(touched);
    else await dirty.mark(touched.source, touched.target);
  }
  return ripe;
}
