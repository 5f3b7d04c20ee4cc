import { createLogger } from '@brakelight/coordinator/logging';
import { DEFAULT_SERVER_LIMITS } from '@brakelight/coordinator/measurement-server/limits';
import { startMeasurementServer } from '@brakelight/coordinator/measurement-server/start';
import { exitWithInput } from './exit-with-input.js';

/** The project's own measurement server, as the far end of arms C and D. Its first line is its pins, as JSON. */
export interface MeasurementServerConfiguration {
  readonly address: string;
  readonly port: number;
  readonly keysDir: string;
}

const { address, port, keysDir } = JSON.parse(process.argv[2] ?? '') as MeasurementServerConfiguration;
const { pins } = await startMeasurementServer({
  host: address,
  port,
  keysDir,
  logger: createLogger('silent'),
  // A bench measures in a minute what a volunteer measures in a day.
  limits: { ...DEFAULT_SERVER_LIMITS, bytesPerMinute: Number.MAX_SAFE_INTEGER },
});
process.stdout.write(`${JSON.stringify(pins)}\n`);
exitWithInput();
