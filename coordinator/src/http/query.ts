import { Asn, Country, Slug } from '@brakelight/shared';
import { z } from 'zod';

/** `3320` and `AS3320`. */
const AsnParameter = z
  .string()
  .regex(/^(?:AS)?[1-9]\d{0,9}$/i, 'expected an AS number such as 3320 or AS3320')
  .transform((text) => Number(text.replace(/^AS/i, '')))
  .pipe(Asn)
  .meta({ description: 'Autonomous system number, with or without `AS`', examples: ['AS12389'] });

/** An RFC 3339 instant, or a day that stands for its midnight UTC. */
const InstantParameter = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'expected an RFC 3339 time such as 2021-03-10T07:00:00Z, or a day such as 2021-03-10',
  })
  .transform((text) => new Date(text).toISOString());

/** What most lists can be narrowed to. A filter that is left out narrows nothing. */
export const Filters = {
  source: Slug.meta({
    description:
      'Where the measurements come from: `network` for the probes of this network, else the name of an imported data set. Without it all are answered; every item says its `source` and whether it is `historical`.',
    examples: ['network', '4ndv'],
  }).optional(),
  country: Country.meta({ description: 'ISO 3166-1 alpha-2, upper case', examples: ['RU'] }).optional(),
  asn: AsnParameter.optional(),
  target: Slug.meta({ description: 'Id of the platform, see /v1/targets', examples: ['twitter'] }).optional(),
} as const;

export const Period = {
  since: InstantParameter.meta({ description: 'From this instant on (inclusive)' }).optional(),
  until: InstantParameter.meta({ description: 'Up to this instant (exclusive)' }).optional(),
} as const;

/** Keyset pagination. */
export const Paging = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'expected a number from 1 to 1000')
    .transform(Number)
    .pipe(z.int().min(1).max(1000, 'expected a number from 1 to 1000'))
    .meta({ description: 'Most items of a page, 1 to 1000; 100 where not given' })
    .optional(),
  cursor: z
    .string()
    .min(1)
    .max(500)
    .meta({ description: '`nextCursor` of the page before, unchanged and with the same filters' })
    .optional(),
} as const;

export const DEFAULT_LIMIT = 100;

interface Bounds {
  since?: string | undefined;
  until?: string | undefined;
}

/** A period that ends before it begins is a mistake, not an empty answer. */
export function inOrder<T extends z.ZodType<Bounds>>(schema: T): T {
  return schema.check((ctx) => {
    const { since, until } = ctx.value;
    if (since && until && since >= until) {
      ctx.issues.push({
        code: 'custom',
        path: ['until'],
        message: 'is not after since',
        input: until,
      });
    }
  }) as T;
}

/** Splits a parsed query into the filter and the page that it asks for. Filters that were not given are left out. */
export function splitQuery<Q extends { limit?: number | undefined; cursor?: string | undefined }>(query: Q) {
  const { limit = DEFAULT_LIMIT, cursor, ...filter } = query;
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  return {
    filter: given as Omit<Q, 'limit' | 'cursor'>,
    page: { limit, ...(cursor !== undefined && { cursor }) },
  };
}
