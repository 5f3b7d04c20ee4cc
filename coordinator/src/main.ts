import { ulid } from 'ulid';
import { openAdminKey } from './admin-key.js';
import { compose } from './compose.js';
import { type Config, ConfigError, loadConfig } from './config.js';
import { startEngines } from './launcher/start-engines.js';
import { toListenError } from './listen-error.js';
import { createLogger, type Logger } from './logging.js';
import { openMeasuring } from './measuring.js';
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
    const measuring = await openMeasuring(config, logger);
    closers.push(() => measuring.close());

    const keyring = await openKeyring(dataDir);
    const localUrl = `${http.tls ? 'https' : 'http'}://${hostOf(http.host)}:${http.port}`;
    const publicUrl = http.publicUrl ?? localUrl;
    const coordinator = await compose({
      config,
      engines,
      keyring,
      adminKey: await openAdminKey(dataDir, http.adminKey),
      publicUrl,
      measurementServer: measuring.told,
      resultServer: measuring.asked,
      logger,
      now: Date.now,
    });
    closers.push(() => coordinator.close());
    await coordinator.start().catch((error: unknown) => {
      throw toListenError(error, { host: 'HOST', port: 'PORT', otherwise: '' });
    });
    await announceRunning(dataDir, { url: localUrl, pid: process.pid });
    closers.push(() => forgetRunning(dataDir));
    const { csv, asn, country } = config.network;
    process.stdout.write(
      welcome({
        publicUrl,
        localUrl,
        dataDir,
        ...engines,
        measuring,
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
  const foreseen = ['ConfigError', 'LauncherError', 'CatalogueError', 'ListenError'].includes(error.name);
  const words = foreseen ? error.message : (error.stack ?? error.message);
  process.stderr.write(`${words}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}

main().catch(fail);
