import type { Scope } from '@brakelight/shared';
import type { FastifyRequest } from 'fastify';
import { type ApiKeys, sameSecret } from '../live/api-keys.js';
import { ProblemError } from '../problems/problem.js';

/** Who is asking. */
export interface Caller {
  /** Id of the API key; `admin` for the operator's own. */
  readonly id: string;
  readonly scopes: readonly Scope[];
}

export interface AccessDeps {
  readonly apiKeys: ApiKeys;
  /** The operator's own key, from the configuration or the data folder. */
  readonly adminKey: string;
}

/** Who may do what. Reading needs no key. */
export class Access {
  readonly #apiKeys: ApiKeys;
  readonly #adminKey: string;
  readonly #callers = new WeakMap<FastifyRequest, Caller>();

  constructor({ apiKeys, adminKey }: AccessDeps) {
    this.#apiKeys = apiKeys;
    this.#adminKey = adminKey;
  }

  /**
   * An `onRequest` hook: lets a request pass whose key has the scope. `admin` has every scope.
   * @throws ProblemError `api-key-missing`, `api-key-invalid`, `scope-missing`
   */
  require(scope: Scope): (request: FastifyRequest) => Promise<void> {
    return async (request) => {
      const caller = await this.#identify(request.headers.authorization);
      if (!caller.scopes.includes(scope) && !caller.scopes.includes('admin')) {
        throw new ProblemError('scope-missing', { detail: `This needs a key with the scope "${scope}".` });
      }
      this.#callers.set(request, caller);
    };
  }

  /** Who makes a request that passed {@link require}. */
  caller(request: FastifyRequest): Caller {
    const caller = this.#callers.get(request);
    if (!caller) throw new Error('this route does not ask for a key');
    return caller;
  }

  /** Id of the good key that a request carries, if any. Never rejects: who cannot be asked about is a stranger. */
  async keyOf(request: FastifyRequest): Promise<string | undefined> {
    const { authorization } = request.headers;
    if (authorization === undefined) return undefined;
    return this.#identify(authorization).then(
      ({ id }) => id,
      () => undefined,
    );
  }

  async #identify(header: string | undefined): Promise<Caller> {
    if (header === undefined) throw new ProblemError('api-key-missing', { headers: CHALLENGE });
    const key = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(header)?.[1];
    if (key === undefined) throw new ProblemError('api-key-invalid', { headers: CHALLENGE });
    if (sameSecret(key, this.#adminKey)) return { id: 'admin', scopes: ['admin'] };
    const known = await this.#apiKeys.verify(key);
    if (!known) throw new ProblemError('api-key-invalid', { headers: CHALLENGE });
    return known;
  }
}

const CHALLENGE = { 'www-authenticate': 'Bearer realm="brakelight"' };
