// Plain JavaScript, because Node 20 runs no TypeScript.
/** A program that starts engines as a coordinator does; tests run and kill it. Says in JSON lines what it has. */
import { startEngines } from '@brakelight/coordinator/launcher/start-engines';
import { pino } from 'pino';

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

try {
  const engines = await startEngines({
    dataDir: process.env.DATA_DIR ?? '',
    redisUrl: process.env.REDIS_URL,
    clickhouseUrl: process.env.CLICKHOUSE_URL,
    logger: pino({ level: 'info' }, process.stderr),
  });
  process.once('SIGTERM', () => void engines.close().then(() => process.exit(0)));
  const { redisUrl, clickhouseUrl, redisHow, storeHow } = engines;
  say({ redisUrl, clickhouseUrl, redisHow, storeHow, pids: engines.pids() });
} catch (error) {
  say({ error: error.message });
  process.exitCode = 1;
}
