import type { FastifyError } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { ProblemCode } from '../problems/codes.js';
import { isEngineAway } from '../problems/engine-away.js';
import { ProblemError } from '../problems/problem.js';

/** What Fastify calls it, and what we call it. */
const FRAMEWORK: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_BAD_URL: 'malformed-request',
  FST_ERR_INVALID_URL: 'malformed-request',
  FST_ERR_MAX_PARAM_LENGTH: 'malformed-request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-request',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
};

/** Turns whatever was thrown into a problem. What nobody foresaw is `internal`, and its detail stays in the log. */
export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map((issue) => ({
      path: issue.instancePath,
      message: issue.message ?? 'is not valid',
    }));
    const where = (error as { validationContext?: string }).validationContext;
    return new ProblemError('invalid-request', {
      errors,
      ...(where && { detail: `${where} does not match the schema. See errors, and /openapi.json.` }),
    });
  }
  const { code, statusCode, name } = error as Partial<FastifyError>;
  const known = code === undefined ? undefined : FRAMEWORK[code];
  if (known) return new ProblemError(known, { cause: error });
  if (name === 'SyntaxError' && statusCode === 400)
    return new ProblemError('malformed-json', { cause: error });
  if (statusCode === 429) return new ProblemError('rate-limited', { cause: error });
  if (isEngineAway(error)) return new ProblemError('unavailable', { cause: error });
  return new ProblemError('internal', { cause: error });
}
