import { randomInt } from 'node:crypto';
import type { Catalogue } from '@brakelight/shared';
import type { Redis } from 'ioredis';
import type { Registry } from 'prom-client';
import { unresolvedTargets } from './catalogue/check.js';
import type { Config } from './config.js';
import type { Access } from './http/access.js';
import type { App } from './http/app.js';
import { catalogueRoutes } from './http/catalogue.js';
import { enrolmentRoutes } from './http/enrolments.js';
import { importRoutes } from './http/imports.js';
import { introductionRoutes } from './http/introduction.js';
import { ownProbeRoutes } from './http/own-probe.js';
import { Signatures } from './http/signed.js';
import { submissionRoutes } from './http/submissions.js';
import { workRoutes } from './http/work.js';
import { ImportIntake } from './imports/import-intake.js';
import { Admission } from './ingest/admission.js';
import { Intake } from './ingest/intake.js';
import { IngestMetrics } from './ingest/metrics.js';
import { IngestQueue } from './ingest/queue.js';
import { IngestWorker } from './ingest/worker.js';
import { Counters } from './live/counters.js';
import { Dirty } from './live/dirty.js';
import { Due } from './live/due.js';
import { ImportJobs } from './live/import-jobs.js';
import { ImportNotify } from './live/import-notify.js';
import { Nonces } from './live/nonces.js';
import { Probes } from './live/probes.js';
import { Suspected } from './live/suspected.js';
import { Taken } from './live/taken.js';
import { Tokens } from './live/tokens.js';
import type { Logger } from './logging.js';
import type { Network } from './network/network.js';
import { Enrolment } from './probes/enrolment.js';
import type { Keyring } from './probes/keyring.js';
import { ProbationRule } from './probes/probation.js';
import { SenderQueue } from './sender/queue.js';
import type { ResultServer } from './sender/result-client.js';
import { SenderWorker } from './sender/worker.js';
import type { Measurements } from './store/measurements.js';
import type { SenderViews } from './store/sender-views.js';
import type { MeasurementServer } from './work/draw.js';
import { Scheduler } from './work/scheduler.js';
import { Tickets } from './work/ticket.js';

export interface WireDeps {
  readonly config: Pick<Config, 'probes' | 'work' | 'ingest'>;
  /** See `connectForRequests`. */
  readonly redis: Redis;
  /** Prefix of every Redis key. */
  readonly prefix: string;
  readonly measurements: Pick<Measurements, 'insert' | 'storedIds' | 'count'>;
  readonly keyring: Keyring;
  readonly network: Network;
  readonly catalogue: Catalogue;
  readonly measurementServer: MeasurementServer | undefined;
  /** Where this coordinator asks for what the measurement server saw; without it mechanisms stay unknown. */
  readonly senders?:
    | { readonly server: ResultServer; readonly store: Pick<SenderViews, 'insert'> }
    | undefined;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly now: () => number;
}

/** The coordinator's side of the wire: everything that probes and imports talk to. */
export interface Wire {
  readonly queue: IngestQueue;
  readonly dirty: Dirty;
  readonly probes: Probes;
  readonly tokens: Tokens;
  readonly imports: ImportIntake;
  readonly importNotify: ImportNotify;
  addRoutes(app: App, access: Access): void;
  /** @param redis see `connectForWorkers` */
  startWorker(redis: Redis): IngestWorker;
  /** Jobs of the sender's view; `undefined` without a measurement server. */
  readonly senderQueue: SenderQueue | undefined;
  /** @param redis see `connectForWorkers` */
  startSenderWorker(redis: Redis): SenderWorker | undefined;
}

/** Puts the wire together. */
export function openWire(deps: WireDeps): Wire {
  const { config, redis, prefix, keyring, network, catalogue, measurements, logger, now } = deps;
  const unresolved = unresolvedTargets(catalogue);
  if (unresolved.length > 0)
    logger.warn(
      { targets: unresolved },
      'no object of these platforms was found yet; find them with: npm run catalogue -- check --write',
    );
  const queue = new IngestQueue(redis, prefix);
  const probes = new Probes(redis, prefix);
  const tokens = new Tokens(redis, prefix, probes);
  const counters = new Counters(redis, prefix);
  const taken = new Taken(redis, prefix);
  const importJobs = new ImportJobs(redis, prefix);
  const dirty = new Dirty(redis, prefix);
  const tickets = new Tickets(keyring.ticketKey);
  const metrics = new IngestMetrics(deps.registry);
  const probation = new ProbationRule(config.probes, counters, now);
  const senderQueue = deps.senders && new SenderQueue(redis, prefix);
  const importNotify = new ImportNotify(redis, prefix);
  const imports = new ImportIntake({
    queue,
    jobs: importJobs,
    notify: importNotify,
    store: measurements,
    now,
  });

  const addRoutes = (app: App, access: Access) => {
    const signatures = new Signatures({
      probes,
      nonces: new Nonces(redis, prefix),
      signingKey: keyring.signingKey,
      now,
    });
    const admission = new Admission(redis, queue, config.ingest.maxQueuedJobs);
    const enrolment = new Enrolment({
      probes,
      tokens,
      coordinatorPublicKey: keyring.publicKey,
      probationMs: config.probes.probationMs,
      now,
    });
    const scheduler = new Scheduler({
      catalogue,
      measurementServer: deps.measurementServer,
      tickets,
      neutralKey: keyring.ticketKey,
      randomInt,
      due: new Due(redis, prefix),
      counters,
      suspected: new Suspected(redis, prefix),
      testIntervalMs: config.work.testIntervalMs,
      deepOneIn: config.work.deepOneIn,
      swapOffCountries: config.work.swapOffCountries,
      now,
    });
    const intake = new Intake({ queue, taken, counters, tickets, probation, now });
    introductionRoutes(app, keyring);
    enrolmentRoutes(app, { enrolment, network, signatures });
    ownProbeRoutes(app, { probes, counters, signatures, now });
    workRoutes(app, { scheduler, probes, network, signatures, now });
    catalogueRoutes(app, { catalogue, signatures });
    submissionRoutes(app, { admission, intake, taken, store: measurements, network, signatures, metrics });
    importRoutes(app, { imports, admission, access });
  };

  const startWorker = (workerRedis: Redis) =>
    new IngestWorker({
      redis: workerRedis,
      prefix,
      store: measurements,
      tickets,
      network,
      taken,
      dirty,
      senders: senderQueue,
      importJobs,
      metrics,
      logger,
    });

  const startSenderWorker = (workerRedis: Redis) =>
    deps.senders && new SenderWorker({ redis: workerRedis, prefix, ...deps.senders, dirty, logger });

  return {
    queue,
    dirty,
    probes,
    tokens,
    imports,
    importNotify,
    addRoutes,
    startWorker,
    senderQueue,
    startSenderWorker,
  };
}
