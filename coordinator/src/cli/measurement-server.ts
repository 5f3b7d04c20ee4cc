import { Command, Option } from 'commander';
import { createLogger } from '../logging.js';
import { DEFAULT_SERVER_LIMITS } from '../measurement-server/limits.js';
import { startMeasurementServer } from '../measurement-server/start.js';
import { wholeNumber } from './whole-number.js';

// An empty variable counts as not set.
for (const name of ['HOST', 'PORT', 'KEYS_DIR']) if (process.env[name] === '') delete process.env[name];

/** `npm run measurement-server`: the measurement server alone, near the volunteers. */
const options = new Command('measurement-server')
  .description('Answers any name (SNI) with the same bytes under TLS 1.3: the far end of the swap test.')
  .addOption(new Option('--host <address>', 'address to listen on').env('HOST').default('::'))
  .addOption(
    new Option('--port <port>', 'port to listen on')
      .env('PORT')
      .default(443)
      .argParser(wholeNumber(0, 65_535)),
  )
  .addOption(
    new Option('--keys <folder>', 'folder of its two private keys')
      .env('KEYS_DIR')
      .default('./data/measurement-keys'),
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ host: string; port: number; keys: string }>();

const logger = createLogger(process.env.LOG_LEVEL ?? 'info');
const server = await startMeasurementServer({
  host: options.host,
  port: options.port,
  keysDir: options.keys,
  logger,
  limits: DEFAULT_SERVER_LIMITS,
});
logger.info({ port: server.port }, 'the measurement server listens');
process.stdout.write(
  `port ${server.port}\npin (current) ${server.pins[0]}\npin (next)    ${server.pins[1]}\n`,
);

let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1);
    stopping = true;
    void server.close().then(() => process.exit(0));
  });
}
