import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Country, SpkiPin } from '@brakelight/shared';
import { z } from 'zod';
import {
  cidrs,
  count,
  duration,
  endpoints,
  list,
  path,
  portOrOff,
  proxies,
  secret,
  text,
  url,
} from './config-values.js';
import { DEFAULT_PARAMETERS, thresholdFor } from './detection/parameters.js';

/** Port of the measurement server that `npm start` runs, unless told otherwise. */
const MEASUREMENT_PORT = 8443;

/** Every variable of the environment that the coordinator reads. */
const Environment = z.object({
  DATA_DIR: path.default(resolve('data')),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),

  HOST: text.default('127.0.0.1'),
  PORT: count(0, 65_535).default(8080),
  PUBLIC_URL: url('http:', 'https:').optional(),
  TLS_CERT_FILE: path.optional(),
  TLS_KEY_FILE: path.optional(),
  TRUST_PROXY: proxies.default([]),
  RATE_LIMIT_REQUESTS: count(1, 1_000_000).default(600),
  RATE_LIMIT_WINDOW: duration.default(60_000),
  ADMIN_KEY: secret.optional(),

  REDIS_URL: url('redis:', 'rediss:').optional(),
  CLICKHOUSE_URL: url('http:', 'https:').optional(),

  NETWORK_DB_ASN: path.optional(),
  NETWORK_DB_COUNTRY: path.optional(),
  NETWORK_DB_CSV: path.optional(),

  CATALOGUE_FILE: path.default(fileURLToPath(new URL('../catalogue.json', import.meta.url))),
  TARGET_ALLOW_CIDR: cidrs.default([]),
  TEST_INTERVAL: duration.refine((ms) => ms > 0, 'must be longer than nothing').default(1_800_000),
  DEEP_ONE_IN: count(1, 1000).default(8),
  MEASUREMENT_PORT: portOrOff.optional(),
  MEASUREMENT_HOST: text.optional(),
  MEASUREMENT_SERVER: endpoints.optional(),
  MEASUREMENT_SERVER_PINS: list.pipe(z.array(SpkiPin).min(1).max(4)).optional(),
  SWAP_OFF_COUNTRIES: list.pipe(z.array(Country)).default([]),

  PROBATION: duration.default(172_800_000),
  PROBATION_TESTS: count(0, 100_000).default(20),

  QUEUE_MAX_JOBS: count(10, 10_000_000).default(50_000),
  SHUTDOWN_DEADLINE: duration.default(10_000),

  WEBHOOK_ALLOW_CIDR: cidrs.default([]),

  UNIT_PERIOD: duration.refine((ms) => ms > 0, 'must be longer than nothing').default(1_800_000),
  WINDOW_PERIODS: count(2, 10_000).default(96),
  FALSE_ALARMS_PER_YEAR: z.coerce.number().positive().max(1_000_000).default(1),
  FLEET_CELLS: count(1, 10_000_000).default(2_000),
});
type Environment = z.infer<typeof Environment>;

/** Variables whose value may come from the file that `NAME_FILE` points at. */
const SECRETS = ['ADMIN_KEY', 'REDIS_URL', 'CLICKHOUSE_URL'] as const;

/** Configuration by room; durations in milliseconds, paths absolute. */
export type Config = ReturnType<typeof group>;

/** Everything that is wrong with the environment, at once. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration is wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads the configuration. An empty variable counts as not set.
 * @throws ConfigError that lists every problem
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value) values[name] = value;
  for (const name of SECRETS) {
    const file = values[`${name}_FILE`];
    if (file === undefined) continue;
    if (values[name] !== undefined) problems.push(`${name} and ${name}_FILE are both set; use one of them`);
    try {
      values[name] = readFileSync(file, 'utf8').trim();
    } catch (error) {
      problems.push(`${name}_FILE: ${(error as Error).message}`);
    }
  }
  const parsed = Environment.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) problems.push(`${String(issue.path[0])}: ${issue.message}`);
  problems.push(...togetherness(new Set(Object.keys(values))));
  if (parsed.success) problems.push(...contradictions(parsed.data));
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return freeze(group(parsed.data));
}

/** Variables that make sense only in company. */
function togetherness(given: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const needs = (one: string, others: readonly string[]) => {
    if (given.has(one) && !others.some((other) => given.has(other)))
      problems.push(`${one} is set, but ${others.join(' or ')} is not`);
  };
  needs('TLS_CERT_FILE', ['TLS_KEY_FILE']);
  needs('TLS_KEY_FILE', ['TLS_CERT_FILE']);
  needs('MEASUREMENT_SERVER_PINS', ['MEASUREMENT_SERVER']);
  return problems;
}

/** What is right by itself, and wrong together. */
function contradictions(env: Environment): string[] {
  const { listen, announced, pins } = measurementServer(env);
  const problems: string[] = [];
  if (listen === undefined && announced !== undefined && pins === undefined)
    problems.push(
      'MEASUREMENT_SERVER is set and MEASUREMENT_PORT is off, but MEASUREMENT_SERVER_PINS is not set',
    );
  if (listen !== undefined && listen.port !== 0 && listen.port === env.PORT)
    problems.push(
      `MEASUREMENT_PORT and PORT are both ${env.PORT}: set MEASUREMENT_PORT to another, or to off`,
    );
  return problems;
}

function measurementServer(env: Environment) {
  const { MEASUREMENT_SERVER: announced, MEASUREMENT_SERVER_PINS: pins } = env;
  // Pins are those of a server that runs elsewhere: then none is needed here.
  const port = env.MEASUREMENT_PORT ?? (pins === undefined ? MEASUREMENT_PORT : 'off');
  // Nobody elsewhere is told of it before it has an address: until then it is for this machine alone.
  const everywhere = announced?.some(({ address }) => isIP(address) === 6) ? '::' : '0.0.0.0';
  const host = env.MEASUREMENT_HOST ?? (announced === undefined ? '127.0.0.1' : everywhere);
  return {
    /** Where to run one in this process; port 0 is any free one. */
    listen: port === 'off' ? undefined : { host, port },
    /** What probes are told: addresses that they reach, one of a family. */
    announced,
    /** Of a server that runs elsewhere; ours tells its own. */
    pins,
  };
}

function group(env: Environment) {
  return {
    dataDir: env.DATA_DIR,
    logLevel: env.LOG_LEVEL,
    engines: { redisUrl: env.REDIS_URL, clickhouseUrl: env.CLICKHOUSE_URL },
    http: {
      host: env.HOST,
      port: env.PORT,
      publicUrl: env.PUBLIC_URL,
      tls:
        env.TLS_CERT_FILE && env.TLS_KEY_FILE
          ? { certFile: env.TLS_CERT_FILE, keyFile: env.TLS_KEY_FILE }
          : undefined,
      trustProxy: env.TRUST_PROXY,
      rateLimit: {
        max: env.RATE_LIMIT_REQUESTS,
        windowS: Math.max(1, Math.round(env.RATE_LIMIT_WINDOW / 1000)),
      },
      adminKey: env.ADMIN_KEY,
    },
    network: { asn: env.NETWORK_DB_ASN, country: env.NETWORK_DB_COUNTRY, csv: env.NETWORK_DB_CSV },
    probes: { probationMs: env.PROBATION, probationTests: env.PROBATION_TESTS },
    work: {
      catalogueFile: env.CATALOGUE_FILE,
      targetAllowCidr: env.TARGET_ALLOW_CIDR,
      testIntervalMs: env.TEST_INTERVAL,
      deepOneIn: env.DEEP_ONE_IN,
      swapOffCountries: env.SWAP_OFF_COUNTRIES,
    },
    measurementServer: measurementServer(env),
    ingest: { maxQueuedJobs: env.QUEUE_MAX_JOBS, shutdownDeadlineMs: env.SHUTDOWN_DEADLINE },
    alerts: { allowCidr: env.WEBHOOK_ALLOW_CIDR },
    detection: {
      ...DEFAULT_PARAMETERS,
      periodMs: env.UNIT_PERIOD,
      windowPeriods: env.WINDOW_PERIODS,
      threshold: thresholdFor({
        falseAlarmsPerYear: env.FALSE_ALARMS_PER_YEAR,
        cells: env.FLEET_CELLS,
        periodMs: env.UNIT_PERIOD,
      }),
    },
  };
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
