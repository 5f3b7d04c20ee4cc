import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../testbed/free-port.js';
import { Population } from '../testbed/population.js';
import { World } from '../testbed/world.js';
import { DEMO_SHAPE } from '../testbed/world-plan.js';
import { CoordinatorProcess } from './coordinator-process.js';
import type { DemoOptions } from './options.js';
import { type VerifiedAlert, WebhookReceiver } from './receiver.js';
import { COORDINATOR_SETTINGS } from './settings.js';

const AGENT_CLI = fileURLToPath(import.meta.resolve('@brakelight/probe-agent/bundle/brakelight-probe'));

/** Everything that runs while the demo runs. */
export interface Stage {
  readonly world: World;
  readonly coordinator: CoordinatorProcess;
  readonly population: Population;
  readonly receiver: WebhookReceiver;
  /** What the coordinator said of its engines. */
  readonly engines: { readonly redis: string; readonly store: string };
  /** Takes everything down and removes every file; may be called at any moment, and twice. */
  close(): Promise<void>;
}

/** Sets the stage: world, coordinator, receiver, volunteers. @throws Error after taking down what stood already */
export async function setStage(
  options: DemoOptions,
  told: { readonly progress: (text: string) => void; readonly alert: (alert: VerifiedAlert) => void },
  signal: AbortSignal,
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'brakelight-demo-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      for (const closer of closers.splice(0).reverse()) await closer().catch(() => {});
    })();
    return closing;
  };
  try {
    told.progress('building a small world on loopback: platforms, lines, a censor');
    const world = await World.start({ seed: options.seed, folder, shape: DEMO_SHAPE, now: Date.now() });
    closers.push(() => world.close());
    const measurementPort = await freePort();
    const measurement = await world.placeMeasurementServer({ address: '127.0.0.1', port: measurementPort });

    const receiver = new WebhookReceiver(told.alert);
    const subscriber = await receiver.listen();
    closers.push(() => receiver.close());

    told.progress(
      'starting the coordinator with its queue and store (the first time this may fetch a Redis)',
    );
    const engines = { redis: 'unknown', store: 'unknown' };
    const coordinator = await CoordinatorProcess.start({
      dataDir: folder,
      port: options.port || (await freePort()),
      adminKey: randomBytes(24).toString('base64url'),
      settings: {
        ...COORDINATOR_SETTINGS,
        NETWORK_DB_CSV: world.files.networkDb,
        CATALOGUE_FILE: world.files.catalogue,
        MEASUREMENT_HOST: '127.0.0.1',
        MEASUREMENT_PORT: String(measurementPort),
        MEASUREMENT_SERVER: `${measurement.address}:${measurement.port}`,
      },
      onLine: (line) => {
        const found = /^\s*(queue|store)\s+(.+)$/.exec(line);
        if (found?.[1] === 'queue') engines.redis = found[2] ?? engines.redis;
        if (found?.[1] === 'store') engines.store = found[2] ?? engines.store;
      },
    });
    closers.push(() => coordinator.stop());
    receiver.trust(await coordinator.api.subscribe(subscriber));
    signal.throwIfAborted();

    told.progress('16 volunteers join: each reads, consents, enrols, and begins to measure');
    const population = await Population.settle({
      world,
      seed: options.seed,
      folder,
      cli: AGENT_CLI,
      coordinator: coordinator.url,
      token: (owner) => coordinator.api.token(owner),
      now: Date.now,
      onError: () => {},
    });
    closers.push(() => population.stop());
    return { world, coordinator, population, receiver, engines, close };
  } catch (error) {
    await close();
    throw error;
  }
}
