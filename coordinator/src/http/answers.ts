import { Problem } from '@brakelight/shared';
import type { z } from 'zod';

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});

/** Answers of a route that reads. */
export function reads<T extends z.ZodType>(schema: T) {
  return { 200: schema, ...REFUSALS };
}

/** Answers of a route that makes something. */
export function creates<T extends z.ZodType>(schema: T) {
  return { 201: schema, ...REFUSALS };
}

/** Problems that every route can answer; `code` says which, see the list of codes in the description. */
export const REFUSALS = {
  '4xx': problem('The request cannot be answered as it is; `code` and `errors` say why'),
  '5xx': problem('Not the fault of the request; try again after Retry-After'),
} as const;
