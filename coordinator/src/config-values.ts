import { isIP } from 'node:net';
import { resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { parseDuration } from './duration.js';

// The kinds of value that the environment has. What does not fit is told in words that say what would.

/** Secrets that stand in documentation and examples somewhere. */
const WELL_KNOWN = /^(?:change[-_ ]?me|secret|password|admin|default|example|test|brakelight|0+|1234)/i;
const MIN_SECRET = 24;

/** Not empty, without the white space around it. */
export const text = z.string().trim().min(1);
/** Words between commas. */
export const list = text.transform((value) =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean),
);
/** A path, made absolute. */
export const path = text.transform((value) => resolve(value));
/** A whole number within bounds. */
export const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
/** An ISO 8601 duration, in milliseconds. */
export const duration = text.transform((value, ctx) => {
  const ms = parseDuration(value);
  if (ms === undefined) ctx.addIssue(`"${value}" is not an ISO 8601 duration such as PT30M or P1D`);
  return ms ?? z.NEVER;
});
/** Long, and nobody's default. */
export const secret = text.superRefine((value, ctx) => {
  if (WELL_KNOWN.test(value))
    ctx.addIssue('is a default that everybody knows; make one with: openssl rand -hex 32');
  else if (value.length < MIN_SECRET)
    ctx.addIssue(`has ${value.length} characters; at least ${MIN_SECRET} are needed`);
});
/** An address with one of these protocols, e.g. `https:`. */
export const url = (...protocols: string[]) =>
  text.superRefine((value, ctx) => {
    if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol))
      ctx.addIssue(`is not an address that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`);
  });
/** Ranges of addresses. */
export const cidrs = list.superRefine((values, ctx) => {
  for (const value of values)
    if (!ipaddr.isValidCIDR(value)) ctx.addIssue(`"${value}" is not a range such as 192.0.2.0/24`);
});
/** Addresses or ranges of addresses. */
export const proxies = list.superRefine((values, ctx) => {
  for (const value of values)
    if (!ipaddr.isValidCIDR(value) && isIP(value) === 0)
      ctx.addIssue(`"${value}" is neither an address nor a range; name each proxy that is to be believed`);
});
const endpoint = text.transform((value, ctx) => {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(value);
  const address = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (isIP(address) !== 0 && port >= 1 && port <= 65_535) return { address, port };
  ctx.addIssue(`"${value}" is not address:port, e.g. 192.0.2.1:443 or [2001:db8::1]:443`);
  return z.NEVER;
});
/** One address of each family. */
export const endpoints = list.pipe(z.array(endpoint).max(2)).superRefine((values, ctx) => {
  const [first, second] = values;
  if (first && second && isIP(first.address) === isIP(second.address))
    ctx.addIssue(`"${second.address}" is of the same family as "${first.address}"; one of each is announced`);
});

/** A port, or the word `off`. */
export const portOrOff = z.union([z.literal('off'), count(0, 65_535)], {
  error: 'is neither a port from 0 to 65535 nor the word off',
});
