import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Config } from './config.js';
import { toListenError } from './listen-error.js';
import type { Logger } from './logging.js';
import { DEFAULT_SERVER_LIMITS } from './measurement-server/limits.js';
import { startMeasurementServer } from './measurement-server/start.js';
import { allowList, isPublicAddress } from './network/public-address.js';
import type { ResultServer } from './sender/result-client.js';
import type { MeasurementServer } from './work/draw.js';

/** The far end of the swap tests: in this process, elsewhere, or nowhere. */
export interface Measuring {
  /** Where one listens in this process. */
  readonly here: { readonly address: string; readonly port: number } | undefined;
  /** What probes are told; without it no swap tests are drawn. */
  readonly told: MeasurementServer | undefined;
  /** Where this coordinator asks for what the server saw. */
  readonly asked: ResultServer | undefined;
  close(): Promise<void>;
}

/**
 * Starts the measurement server of this process, where there is to be one.
 * @throws ListenError that names the setting, where it cannot listen
 */
export async function openMeasuring(
  config: Pick<Config, 'dataDir' | 'measurementServer' | 'work'>,
  logger: Logger,
): Promise<Measuring> {
  const { listen, announced, pins } = config.measurementServer;
  if (!listen) {
    const elsewhere = announced && pins && { endpoints: announced, pins };
    return {
      here: undefined,
      told: elsewhere,
      asked: elsewhere,
      close: async () => {},
    };
  }
  const keysDir = join(config.dataDir, 'measurement-keys');
  const server = await startMeasurementServer({
    ...listen,
    keysDir,
    logger,
    limits: DEFAULT_SERVER_LIMITS,
  }).catch((error: unknown) => {
    const otherwise = ', or to off to run no measurement server';
    throw toListenError(error, { host: 'MEASUREMENT_HOST', port: 'MEASUREMENT_PORT', otherwise });
  });
  const here = { address: listen.host, port: server.port };
  const endpoints = announced ?? reachable(here, config.work.targetAllowCidr);
  return {
    here,
    told: endpoints && { endpoints, pins: pins ?? server.pins },
    asked: { endpoints: [{ address: loopbackOf(listen.host), port: server.port }], pins: server.pins },
    close: () => server.close(),
  };
}

/** Agents refuse to be aimed at an address that is not public, unless it was opened to them. */
function reachable(
  { address, port }: NonNullable<Measuring['here']>,
  allowCidr: readonly string[],
): MeasurementServer['endpoints'] | undefined {
  if (isIP(address) === 0 || address === '0.0.0.0' || address === '::') return undefined;
  return isPublicAddress(address) || allowList(allowCidr).has(address) ? [{ address, port }] : undefined;
}

function loopbackOf(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
}
