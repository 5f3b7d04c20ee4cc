import { readFile } from 'node:fs/promises';
import { Problem } from '@brakelight/shared';
import { z } from 'zod';
import { adminKeyFile } from '../admin-key.js';
import { loadConfig } from '../config.js';
import { findRunning } from '../running.js';

/** A failure with the exit code of the command line conventions: 1 failure, 2 usage, 4 not authorised. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: 1 | 2 | 4;

  constructor(message: string, exitCode: 1 | 2 | 4 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Nobody answered, or the answer was "later": nothing is wrong with the request. */
export class TryLater extends CommandError {
  /** What the coordinator asked for; `undefined` where it said nothing. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Longest wait for an answer. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Speaks to a running coordinator with the operator's key. */
export class CoordinatorClient {
  readonly #origin: string;
  readonly #key: string;

  constructor(origin: string, key: string) {
    this.#origin = origin;
    this.#key = key;
  }

  /**
   * One request.
   * @param answer schema of the answer; `undefined` where there is none to read
   * @param body sent as JSON; a Buffer holds JSON already, compressed with gzip
   * @throws TryLater when nobody answers, or the coordinator cannot take it now
   * @throws CommandError in words for the person at the shell
   */
  async call<T>(method: string, path: string, answer: z.ZodType<T>, body?: unknown): Promise<T> {
    const compressed = body instanceof Buffer;
    const silence = () => {
      throw new TryLater(`No coordinator answers at ${this.#origin}. Start one with: npm start`);
    };
    const response = await fetch(new URL(path, this.#origin), {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(compressed && { 'content-encoding': 'gzip' }),
      },
      ...(body !== undefined && { body: compressed ? new Uint8Array(body) : JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    }).catch(silence);
    const text = await response.text().catch(silence);
    if (!response.ok) throw refusal(response, text);
    return answer.parse(text === '' ? undefined : JSON.parse(text));
  }
}

function refusal({ status, headers }: Response, text: string): CommandError {
  const message = words(status, text);
  if (status === 429 || status >= 500) {
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    return new TryLater(message, Number.isFinite(seconds) ? seconds * 1000 : undefined);
  }
  return new CommandError(message, status === 401 || status === 403 ? 4 : 1);
}

function words(status: number, text: string): string {
  try {
    const { title, detail, errors = [] } = Problem.parse(JSON.parse(text));
    const lines = errors.map(({ path, message }) => `\n  ${path} ${message}`);
    return `${title}. ${detail ?? ''}${lines.join('')}`;
  } catch {
    return `The coordinator answered ${status}.`;
  }
}

/**
 * The coordinator that is meant: the one named, else the one of the data folder (`DATA_DIR`), else the one of this
 * machine by the environment (`HOST`, `PORT`); with the key of the environment (`ADMIN_KEY`, `ADMIN_KEY_FILE`) or of the data folder.
 */
export async function connect(
  environment: NodeJS.ProcessEnv,
  origin: string | undefined,
): Promise<CoordinatorClient> {
  const { http, dataDir } = loadConfig(environment);
  const host = ['0.0.0.0', '::'].includes(http.host) ? '127.0.0.1' : http.host;
  const guess = `${http.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${http.port}`;
  const here = (await findRunning(dataDir))?.url ?? guess;
  const key = http.adminKey ?? (await readKey(dataDir, origin ?? here));
  return new CoordinatorClient(origin ?? here, key);
}

async function readKey(dataDir: string, origin: string): Promise<string> {
  try {
    return (await readFile(adminKeyFile(dataDir), 'utf8')).trim();
  } catch {
    // Where nobody answers a key would not help.
    const anybody = new CoordinatorClient(origin, '').call('GET', '/healthz', z.unknown());
    await anybody.catch((error: Error) => {
      if (error instanceof TryLater) throw error;
    });
    throw new CommandError(
      `There is no admin key in ${dataDir}. Set DATA_DIR to the coordinator's data folder, or ADMIN_KEY to its key.`,
      4,
    );
  }
}
