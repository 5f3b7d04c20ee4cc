import {
  AlertMessage,
  ApiKey,
  ArmObservation,
  Cell,
  CreatedApiKey,
  CreatedWebhook,
  Delivery,
  Incident,
  IncidentEvent,
  Measurement,
  Problem,
  SeriesPoint,
  ThrottledNetwork,
  Webhook,
} from '@brakelight/shared';
import swagger from '@fastify/swagger';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { PROBLEMS } from '../problems/codes.js';
import type { App } from './app.js';
import { LICENCE } from './licence.js';
import { ALERT_WEBHOOKS } from './openapi-alerts.js';
import { Target } from './targets.js';

export interface OpenApiDeps {
  /** Where people reach this coordinator. */
  readonly publicUrl: string;
  /** Version of the software. */
  readonly version: string;
}

/** Schemas that the document names once and refers to. */
const NAMED = {
  AlertMessage,
  ApiKey,
  ArmObservation,
  Cell,
  CreatedApiKey,
  CreatedWebhook,
  Delivery,
  Incident,
  IncidentEvent,
  Measurement,
  Problem,
  SeriesPoint,
  Target,
  ThrottledNetwork,
  Webhook,
} as const;

const TAGS = [
  { name: 'incidents', description: 'What was found' },
  { name: 'throttled now', description: 'What is throttled at this moment' },
  { name: 'cells', description: 'How each place and platform is judged now' },
  { name: 'measurements', description: 'What it rests on' },
  { name: 'targets', description: 'What is measured' },
  { name: 'webhooks', description: 'Being told' },
  {
    name: 'probes',
    description: 'What agents and coordinator say to each other; requests are signed (RFC 9421)',
  },
  { name: 'administration', description: 'For the operator' },
  { name: 'operation', description: 'For the operator’s machines' },
];

/** Makes `/openapi.json` from the schemas of all routes that are added afterwards. */
export async function openApi(app: App, { publicUrl, version }: OpenApiDeps): Promise<void> {
  const schemaRegistry = z.registry<{ id?: string | undefined }>();
  for (const [id, schema] of Object.entries(NAMED)) schemaRegistry.add(schema, { id });
  const named = createJsonSchemaTransformObject({ schemaRegistry, zodToJsonConfig });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Brakelight',
        version,
        description: describe(),
        license: { name: 'Data: CC BY 4.0', url: LICENCE.url },
      },
      servers: [{ url: publicUrl }],
      tags: TAGS,
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'API key, see POST /v1/keys' },
        },
      },
    },
    transform: createJsonSchemaTransform({ schemaRegistry, zodToJsonConfig }),
    transformObject: (document) => ({ ...withoutInputs(named(document)), webhooks: ALERT_WEBHOOKS }),
  });
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('access-control-allow-origin', '*').type('application/json').send(app.swagger()),
  );
}

/** Descriptions and examples stand beside the schemas, by `.meta()`; they go into the document as they are. */
const zodToJsonConfig = {
  override: ({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: object }) => {
    Object.assign(jsonSchema, z.globalRegistry.get(zodSchema));
  },
};

/** Named schemas are only ever answered or sent; their twins for requests would be clutter. */
function withoutInputs<T extends object>(document: T): T {
  const { components } = document as { components?: { schemas?: Record<string, unknown> } };
  for (const id of Object.keys(NAMED)) delete components?.schemas?.[`${id}Input`];
  return document;
}

/** What a newcomer to the interface reads first, with every code that can be answered. */
function describe(): string {
  const codes = Object.entries(PROBLEMS).map(
    ([code, { status, title, help }]) => `| \`${code}\` | ${status} | ${title}. ${help} |`,
  );
  return [
    'Who slowed which platform, where, since when, and how sure that is. Reading needs no key; a key of scope `webhooks` subscribes to alerts.',
    '',
    'Times are RFC 3339 in UTC, `since` is inclusive and `until` exclusive. Rates are integers in bits per second. Unknown places and networks are `null`. Lists are paged by `nextCursor`, also in the `Link` header. Parameters that are not known are refused by name.',
    '',
    `Data is licensed under [${LICENCE.name}](${LICENCE.url}).`,
    '',
    'Errors are `application/problem+json` (RFC 9457). Their `code` never changes its meaning:',
    '',
    '| code | status | meaning and what to do |',
    '|---|---|---|',
    ...codes,
  ].join('\n');
}
