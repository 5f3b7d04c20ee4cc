import { Command, InvalidArgumentError } from 'commander';
import { createLogger } from '../logging.js';
import { DEFAULT_SERVER_LIMITS } from '../measurement-server/limits.js';
import { startMeasurementServer } from '../measurement-server/start.js';

/** `npm run measurement-server`: the measurement server alone, near the volunteers. */
const options = new Command('measurement-server')
  .description('Answers any name (SNI) with the same bytes under TLS 1.3: the far end of the swap test.')
  .option('--host <address>', 'address to listen on', process.env.HOST ?? '::')
  .option('--port <port>', 'port to listen on', toPort, toPort(process.env.PORT ?? '443'))
  .option(
    '--keys <folder>',
    'folder of its two private keys',
    process.env.KEYS_DIR ?? './data/measurement-keys',
  )
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

function toPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('expected a port');
  return port;
}
