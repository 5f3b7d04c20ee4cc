import { Slug } from '@brakelight/shared';
import { z } from 'zod';
import type { ImportIntake } from '../imports/import-intake.js';
import { ImportAnswer, ImportBatch, ImportProgress } from '../imports/row.js';
import type { Admission } from '../ingest/admission.js';
import { IMPORT_LIMITS } from '../ingest/limits.js';
import type { Access } from './access.js';
import { REFUSALS, reads } from './answers.js';
import type { App } from './app.js';
import { asPayload, gunzipCapped, isGzip, readCapped } from './body.js';

export interface ImportRouteDeps {
  readonly imports: ImportIntake;
  readonly admission: Admission;
  readonly access: Access;
}

/** POST /v1/imports/{source} and GET the same: batches of somebody else's tests, with admin scope. */
export function importRoutes(app: App, deps: ImportRouteDeps): void {
  const { imports, admission, access } = deps;
  const raw = new WeakMap<object, Buffer>();
  const tags = ['imports'];
  const params = z.object({ source: Slug });
  const querystring = z.strictObject({
    notify: z.enum(['true', 'false']).optional().meta({
      description: 'Whether webhooks are told of incidents in this source from now on (default: no)',
    }),
  });
  const onRequest = access.require('admin');
  const security = [{ apiKey: [] }];

  app.post(
    '/v1/imports/:source',
    {
      schema: {
        summary: 'Send a batch of rows',
        description: 'gzip or plain JSON. 202 means queued, not stored; sending a row twice changes nothing.',
        tags,
        security,
        params,
        querystring,
        body: ImportBatch,
        response: { 202: ImportAnswer, ...REFUSALS },
      },
      attachValidation: true,
      bodyLimit: IMPORT_LIMITS.decompressed,
      onRequest: [onRequest, () => admission.admit()],
      preParsing: async (request, _reply, payload) => {
        const body = await readCapped(payload, request.headers['content-length'], IMPORT_LIMITS.wire);
        raw.set(request, body);
        const encoding = request.headers['content-encoding'];
        return asPayload(await gunzipCapped(body, encoding, IMPORT_LIMITS.decompressed), body.length);
      },
    },
    async (request, reply) => {
      // The batch has a code of its own and is validated by the intake; the name in the path is not left to it.
      if (request.validationError && request.validationError.validationContext !== 'body')
        throw request.validationError;
      const body = raw.get(request) ?? Buffer.alloc(0);
      const gzip = isGzip(request.headers['content-encoding']);
      const notify = request.query.notify === 'true';
      const { source } = request.params;
      return reply
        .code(202)
        .send(await imports.take(source, { raw: body, gzip, body: request.body, notify }));
    },
  );

  app.get(
    '/v1/imports/:source',
    {
      schema: { summary: 'How far an import is', tags, security, params, response: reads(ImportProgress) },
      onRequest,
    },
    (request) => imports.progress(request.params.source),
  );
}
