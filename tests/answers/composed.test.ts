import '../support/provided.js';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compose } from '@brakelight/coordinator/compose';
import { loadConfig } from '@brakelight/coordinator/config';
import { createLogger } from '@brakelight/coordinator/logging';
import { openKeyring } from '@brakelight/coordinator/probes/keyring';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { freePort } from '../../deploy/dist/testbed/free-port.js';

const HTTP = fileURLToPath(new URL('../../coordinator/src/http/', import.meta.url));
const ADMIN_KEY = 'k7Qw2mZr9vXc4TnB8sLpJ6hD';

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, { content?: object }> }>>;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
let origin: string;
let document: Document;
let close: () => Promise<void>;

beforeAll(async () => {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'brakelight-composed-'));
  const coordinator = await compose({
    config: loadConfig({ PORT: String(port) }),
    engines: { redisUrl: inject('redisUrl'), clickhouseUrl: inject('clickhouseUrl') },
    keyring: await openKeyring(dataDir),
    adminKey: ADMIN_KEY,
    publicUrl: 'https://watch.example',
    measurementServer: undefined,
    resultServer: undefined,
    logger: createLogger('silent'),
    now: Date.now,
  });
  close = async () => {
    await coordinator.close();
    rmSync(dataDir, { recursive: true });
  };
  await coordinator.start();
  origin = `http://127.0.0.1:${port}`;
  document = (await (await fetch(`${origin}/openapi.json`)).json()) as Document;
  ajv.addSchema(document, 'brakelight');
});
afterAll(() => close());

it('describes every route that the code has', () => {
  const written = readdirSync(HTTP)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => [
      ...readFileSync(`${HTTP}${name}`, 'utf8').matchAll(/app\.(get|post|put|patch|delete)\(\s*'([^']+)'/g),
    ])
    .map(([, method = '', path = '']) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    // The page itself and the document are for browsers and generators, not for clients.
    .filter((route) => !['get /', 'get /openapi.json'].includes(route));
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method} ${path}`),
  );
  expect(written.length).toBeGreaterThan(25);
  expect(described.sort()).toEqual(written.sort());
});

it.each([
  ['get', '/v1/coordinator', undefined, 200],
  ['get', '/v1/catalogue', undefined, 200],
  ['get', '/v1/imports/{source}', undefined, 200],
  ['get', '/v1/targets', undefined, 200],
  ['get', '/v1/incidents', undefined, 200],
  ['get', '/v1/throttled-now', undefined, 200],
  ['get', '/readyz', undefined, 200],
  ['post', '/v1/tokens', { kind: 'one-time', owner: 'somebody' }, 201],
  ['post', '/v1/keys', { name: 'newsroom', scopes: ['read'] }, 201],
  ['post', '/v1/imports/{source}', { rows: [{}] }, 202],
  ['post', '/v1/enrolments', {}, 401],
  ['post', '/v1/work', {}, 401],
  ['post', '/v1/submissions', {}, 415],
  ['delete', '/v1/probes/self', undefined, 401],
])('answers %s %s as described', async (method, path, body, status) => {
  const answer = await fetch(origin + path.replace('{source}', 'elsewhere'), {
    method: method.toUpperCase(),
    headers: { authorization: `Bearer ${ADMIN_KEY}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const said: unknown = await answer.json();
  expect(answer.status, JSON.stringify(said)).toBe(status);
  const responses = document.paths[path]?.[method]?.responses ?? {};
  const key = responses[status] ? String(status) : `${Math.floor(status / 100)}XX`;
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const pointer = ['paths', path, method, 'responses', key, 'content', type, 'schema']
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const validate = ajv.compile({ $ref: `brakelight#/${pointer}` });
  expect(validate(said) ? [] : validate.errors).toEqual([]);
});
