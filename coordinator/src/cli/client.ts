import { readFile } from 'node:fs/promises';
import { Problem } from '@brakelight/shared';
import type { z } from 'zod';
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
   * @throws CommandError in words for the person at the shell
   */
  async call<T>(method: string, path: string, answer: z.ZodType<T>, body?: unknown): Promise<T> {
    const response = await fetch(new URL(path, this.#origin), {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'error',
    }).catch(() => {
      throw new CommandError(`No coordinator answers at ${this.#origin}. Start one with: npm start`);
    });
    const text = await response.text();
    if (!response.ok) throw refusal(response.status, text);
    return answer.parse(text === '' ? undefined : JSON.parse(text));
  }
}

function refusal(status: number, text: string): CommandError {
  const code = status === 401 || status === 403 ? 4 : 1;
  try {
    const { title, detail, errors = [] } = Problem.parse(JSON.parse(text));
    const lines = errors.map(({ path, message }) => `\n  ${path} ${message}`);
    return new CommandError(`${title}. ${detail ?? ''}${lines.join('')}`, code);
  } catch {
    return new CommandError(`The coordinator answered ${status}.`, code);
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
  const key = http.adminKey ?? (await readKey(dataDir));
  return new CoordinatorClient(origin ?? here, key);
}

async function readKey(dataDir: string): Promise<string> {
  try {
    return (await readFile(adminKeyFile(dataDir), 'utf8')).trim();
  } catch {
    throw new CommandError(
      `There is no admin key in ${dataDir}. Set DATA_DIR to the coordinator's data folder, or ADMIN_KEY to its key.`,
      4,
    );
  }
}
