import { join } from 'node:path';
import { ulid } from 'ulid';
import { openAdminKey } from './admin-key.js';
import { compose } from './compose.js';
import { type Config, ConfigError, loadConfig } from './config.js';
import { startEngines } from './launcher/start-engines.js';
import { createLogger, type Logger } from './logging.js';
import { DEFAULT_SERVER_LIMITS } from './measurement-server/limits.js';
import { type MeasurementServer, startMeasurementServer } from './measurement-server/start.js';
import { openKeyring } from './probes/keyring.js';
import { announceRunning, forgetRunning } from './running.js';
import { welcome } from './welcome.js';

/** `npm start`: engines, measurement server and coordinator on this machine, until a signal ends them. */
async function start(config: Config, logger: Logger): Promise<() => Promise<void>> {
  const { dataDir, http } = config;
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const engines = await startEngines({ dataDir, ...config.engines, logger });
    closers.push(() => engines.close());
    const measurement = await measurementServer(config, logger);
    if (measurement) closers.push(() => measurement.close());

    const keyring = await openKeyring(dataDir);
    const localUrl = `${http.tls ? 'https' : 'http'}://${hostOf(http.host)}:${http.port}`;
    const publicUrl = http.publicUrl ?? localUrl;
    const { announced, pins = measurement?.pins } = config.measurementServer;
    const coordinator = await compose({
      config,
      engines,
      keyring,
      adminKey: await openAdminKey(dataDir, http.adminKey),
      publicUrl,
      measurementServer: announced && pins && { endpoints: announced, pins },
      logger,
      now: Date.now,
    });
    closers.push(() => coordinator.close());
    await coordinator.start();
    await announceRunning(dataDir, { url: localUrl, pid: process.pid });
    closers.push(() => forgetRunning(dataDir));
    const { csv, asn, country } = config.network;
    process.stdout.write(
      welcome({
        publicUrl,
        localUrl,
        dataDir,
        ...engines,
        measurementPort: measurement?.port,
        swaps: announced !== undefined && pins !== undefined,
        places: [csv, asn, country].some((file) => file !== undefined),
        token: await coordinator.invite(`volunteer-${ulid().slice(-8).toLowerCase()}`),
        fingerprint: keyring.fingerprint,
      }),
    );
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}

async function measurementServer(config: Config, logger: Logger): Promise<MeasurementServer | undefined> {
  const { listen } = config.measurementServer;
  if (!listen) return undefined;
  const keysDir = join(config.dataDir, 'measurement-keys');
  return startMeasurementServer({ ...listen, keysDir, logger, limits: DEFAULT_SERVER_LIMITS });
}

/** How an address stands in a URL of this machine. */
function hostOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** Runs until a signal; a second one ends it at once. */
async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const close = await start(config, createLogger(config.logLevel));
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      close().then(
        () => process.exit(0),
        (error: Error) => fail(error),
      );
    });
  }
}

/** One clear sentence for what an operator can mend; a stack only for what nobody foresaw. */
function fail(error: Error): never {
  const foreseen = ['ConfigError', 'LauncherError', 'CatalogueError'].includes(error.name);
  const words = cannotListen(error) ?? (foreseen ? error.message : (error.stack ?? error.message));
  process.stderr.write(`${words}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}

/** What to do when an address cannot be listened on; `undefined` for every other error. */
function cannotListen(error: NodeJS.ErrnoException): string | undefined {
  if (error.syscall !== 'listen') return undefined;
  const { address = '', port = '' } = error as { address?: string; port?: number };
  const where = `port ${port} of ${address}`;
  if (error.code === 'EADDRINUSE')
    return `Another program listens on ${where}: stop it, or set PORT (MEASUREMENT_PORT) to another.`;
  if (error.code === 'EACCES')
    return `This user may not listen on ${where}: set PORT (MEASUREMENT_PORT) to one above 1023.`;
  return `Cannot listen on ${where} (${error.code}): set HOST (MEASUREMENT_HOST) to an address of this machine.`;
}

main().catch(fail);
