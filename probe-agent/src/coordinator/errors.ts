/**
 * Why a talk with the coordinator failed.
 * `unreachable`: nobody answered, or half of it. `busy`: 429 or a 5xx, come again. `unauthorised`: it does not know
 * this probe or token, or its consent. `untrusted`: the answer is not proven to be the coordinator's, or not of the
 * agreed form. `refused`: another 4xx; asking the same again will not help.
 */
export type ContactKind = 'unreachable' | 'busy' | 'unauthorised' | 'untrusted' | 'refused';

export class ContactError extends Error {
  readonly kind: ContactKind;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** The coordinator's problem code. */
  readonly code: string | undefined;
  /** `Retry-After` in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: ContactKind,
    message: string,
    answer: { status?: number; code?: string | undefined; retryAfterMs?: number | undefined } = {},
  ) {
    super(message);
    this.name = 'ContactError';
    this.kind = kind;
    this.status = answer.status;
    this.code = answer.code;
    this.retryAfterMs = answer.retryAfterMs;
  }
}
