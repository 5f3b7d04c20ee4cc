import { Readable } from 'node:stream';
import { AddressFamily, Direction, Measurement, pageOf, TestKind } from '@brakelight/shared';
import { z } from 'zod';
import { ProblemError } from '../problems/problem.js';
import { REFUSALS } from './answers.js';
import type { App } from './app.js';
import { EXPORT_TYPES, type ExportFormat, exportRows } from './export/export.js';
import { LICENCE_HEADERS } from './licence.js';
import { toMeasurement } from './measurement.js';
import { answerPage, type PageRequest } from './page.js';
import { Filters, inOrder, Paging, Period, splitQuery } from './query.js';
import type { Reading } from './reading.js';

const Format = z.enum(['json', 'ndjson', 'csv']);
const FamilyParameter = z
  .enum(['4', '6'])
  .transform(Number)
  .pipe(AddressFamily)
  .meta({ description: 'IP version that the test kept to' });

/** The measurements themselves: page by page, or everything that matches in one stream. */
export function measurementRoutes(
  app: App,
  { store }: { readonly store: { readonly measurements: Pick<Reading['measurements'], 'list'> } },
): void {
  app.get(
    '/v1/measurements',
    {
      schema: {
        tags: ['measurements'],
        summary: 'Single tests, newest first',
        description:
          'Pages of JSON; or, by `format` or the Accept header, everything that matches as one stream of NDJSON or CSV (CSV without the observations of the arms). The last line of a stream carries the number of rows and the SHA-256 of all bytes before it: a stream without it was cut. Tests with an `invalidReason` are kept, marked and never counted. Licence: CC BY 4.0.',
        querystring: inOrder(
          z.strictObject({
            ...Filters,
            ...Period,
            kind: TestKind.meta({ description: 'Platform against control, or name swap' }).optional(),
            direction: Direction.meta({
              description: 'Direction of both arms; uploads are swap pairs',
            }).optional(),
            family: FamilyParameter.optional(),
            format: Format.meta({
              description: 'Wins over the Accept header; `limit` and `cursor` go with `json` only',
            }).optional(),
            ...Paging,
          }),
        ),
        response: {
          ...REFUSALS,
          200: {
            description: 'Measurements',
            content: {
              'application/json': { schema: pageOf(Measurement) },
              'application/x-ndjson': { schema: z.string() },
              'text/csv': { schema: z.string() },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { format: asked, ...query } = request.query;
      const { filter, page } = splitQuery(query);
      const list = async (where: PageRequest) => {
        const { data, nextCursor } = await store.measurements.list(filter, where);
        return { data: data.map(toMeasurement), nextCursor };
      };
      reply.header('vary', 'accept');
      const format = asked ?? accepted(request.headers.accept);
      if (format === 'json') {
        const answer = await answerPage(request, reply, list(page));
        return reply.type('application/json').send(answer);
      }
      refusePaging(query);
      return reply
        .headers(LICENCE_HEADERS)
        .header('content-disposition', `attachment; filename="brakelight-measurements.${format}"`)
        .type(EXPORT_TYPES[format])
        .send(Readable.from(exportRows(format, list), { objectMode: false }) as never);
    },
  );
}

/** What the Accept header prefers among what we have; JSON unless it names something else. */
function accepted(header: string | undefined): 'json' | ExportFormat {
  const first = (header ?? '')
    .split(',')
    .map((part) => part.split(';', 1)[0]?.trim().toLowerCase())
    .find((type) => type === 'application/json' || type === 'application/x-ndjson' || type === 'text/csv');
  return first === 'application/x-ndjson' ? 'ndjson' : first === 'text/csv' ? 'csv' : 'json';
}

function refusePaging(query: { limit?: number | undefined; cursor?: string | undefined }): void {
  const given = (['limit', 'cursor'] as const).filter((name) => query[name] !== undefined);
  if (given.length === 0) return;
  throw new ProblemError('invalid-request', {
    detail: 'A stream is not paged: leave limit and cursor out, or ask for JSON.',
    errors: given.map((name) => ({ path: `/${name}`, message: 'does not go with a stream' })),
  });
}
