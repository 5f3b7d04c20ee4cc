import type { Problem } from '@brakelight/shared';
import { PROBLEMS, type ProblemCode } from './codes.js';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export interface ProblemOptions {
  /** What happened and what to do; the code's own help where not given. Never an address, a secret or a stack. */
  readonly detail?: string;
  readonly errors?: readonly { path: string; message: string }[];
  /** Seconds; sent as Retry-After. Every 429 and 503 has one. */
  readonly retryAfterS?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Thrown anywhere below a route; becomes an RFC 9457 answer. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly statusCode: number;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(
      options.detail ?? PROBLEMS[code].help,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'ProblemError';
    this.code = code;
    this.statusCode = PROBLEMS[code].status;
    this.options = options;
  }

  /** The body of the answer. */
  toProblem(requestId: string): Problem {
    return {
      type: `urn:brakelight:problem:${this.code}`,
      title: PROBLEMS[this.code].title,
      status: this.statusCode,
      code: this.code,
      detail: this.message,
      requestId,
      ...(this.options.errors && { errors: [...this.options.errors] }),
    };
  }

  /** The headers of the answer, beside its content type. */
  toHeaders(): Record<string, string> {
    const { retryAfterS, headers } = this.options;
    const wait = retryAfterS ?? (this.statusCode === 429 || this.statusCode === 503 ? 5 : undefined);
    return { ...headers, ...(wait !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(wait))) }) };
  }
}
