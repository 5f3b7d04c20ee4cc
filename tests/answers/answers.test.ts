import { createHash } from 'node:crypto';
import { composeAlert } from '@brakelight/coordinator/alerts/message';
import type { MeasurementRow } from '@brakelight/coordinator/store/rows';
import type { ThrottledNow } from '@brakelight/shared';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, type Answering, startAnswering } from './answering.js';
import { sampleCell, sampleEvent, sampleIncident, sampleRow } from './samples.js';

const INCIDENT = '01J0000000000000000000000A';
const SUSPICION = '01J0000000000000000000000C';
const ADMIN = { authorization: `Bearer ${ADMIN_KEY}` };
const ROWS = 250;

interface Operation {
  responses: Record<string, { content?: Record<string, unknown> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

describe('answers', () => {
  let answering: Answering;
  let document: Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);

  beforeAll(async () => {
    answering = await startAnswering();
    const { store } = answering;
    const ours = Array.from({ length: ROWS }, (_, n) => sampleRow(n, { asn: n % 2 ? 64500 : 3320 }));
    const theirs = sampleRow(900, { source: '4ndv', subnet: '=cmd|calc', probe: '', country: null });
    Object.assign(ours[3] as MeasurementRow, { family: 6 });
    Object.assign(ours[4] as MeasurementRow, { direction: 'upload', kind: 'swap', class: null, gain: 1 });
    await store.measurements.insert([...ours, theirs]);
    await store.cells.save([sampleCell(), sampleCell({ country: 'DE', state: 'normal', incidentId: null })]);
    const now = new Date().toISOString();
    const recent = { asn: 64_500, judgedAt: now, lastUnitAt: now };
    await store.cells.save([
      sampleCell({ ...recent, logR: 14 }),
      sampleCell({ ...recent, country: 'DE', asn: 3320, logR: 11, incidentId: null }),
      sampleCell({ ...recent, asn: 64_501, logR: 1, state: 'normal', incidentId: null }),
      // Silent for long, judged long ago, of an import: none of them is so now.
      sampleCell({ ...recent, asn: 64_502, lastUnitAt: '2026-03-10T08:59:00.000Z' }),
      sampleCell({ ...recent, asn: 64_503, judgedAt: '2026-03-10T09:00:00.000Z' }),
      sampleCell({ ...recent, source: '4ndv', historical: true }),
    ]);
    await store.incidents.save([
      sampleIncident(),
      sampleIncident({ id: '01J0000000000000000000000B', source: '4ndv', historical: true }),
      sampleIncident({ id: SUSPICION, grade: 'suspected' }),
    ]);
    await store.incidents.append([sampleEvent('detected', 'e1'), sampleEvent('updated', 'e2')]);
    document = (await get('/openapi.json')).json() as Document;
    ajv.addSchema(document, 'brakelight');
  });
  afterAll(() => answering.close());

  function get(url: string, headers: Record<string, string> = {}) {
    return answering.app.inject({ method: 'GET', url, headers });
  }

  /** What the document says against an answer; empty when it is as promised. */
  function against(method: string, path: string, status: number, type: string, answer: unknown): unknown {
    const responses = document.paths[path]?.[method.toLowerCase()]?.responses ?? {};
    const key = responses[status] ? String(status) : `${Math.floor(status / 100)}XX`;
    if (responses[key]?.content?.[type] === undefined) return `${method} ${path} ${key} ${type} is not there`;
    const pointer = ['paths', path, method.toLowerCase(), 'responses', key, 'content', type, 'schema']
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = ajv.compile({ $ref: `brakelight#/${pointer}` });
    return validate(answer) ? [] : validate.errors;
  }

  it('are described, route by route', () => {
    expect(document.openapi).toBe('3.1.0');
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = answering.routes.map((route) => route.replace(/:(\w+)/g, '{$1}'));
    expect(described.sort()).toEqual(routes.sort());
  });

  it.each([
    ['/v1/incidents', '/v1/incidents'],
    ['/v1/incidents', '/v1/incidents?country=RU&source=4ndv&asn=AS64500&status=open'],
    ['/v1/incidents/{id}', `/v1/incidents/${INCIDENT}`],
    ['/v1/incidents/{id}/events', `/v1/incidents/${INCIDENT}/events?limit=200`],
    ['/v1/incidents/{id}/series', `/v1/incidents/${INCIDENT}/series`],
    ['/v1/cells', '/v1/cells?country=RU&state=throttled'],
    ['/v1/throttled-now', '/v1/throttled-now'],
    ['/v1/measurements', '/v1/measurements?limit=200'],
    ['/v1/targets', '/v1/targets?limit=200'],
    ['/v1/webhooks', '/v1/webhooks'],
    ['/v1/keys', '/v1/keys'],
    ['/healthz', '/healthz'],
    ['/readyz', '/readyz'],
  ])('are as described: %s by %s', async (path, url) => {
    const answer = await get(url, ADMIN);
    expect(answer.statusCode, answer.body).toBe(200);
    expect(against('GET', path, 200, 'application/json', answer.json())).toEqual([]);
    const { data } = answer.json() as { data?: unknown[] };
    if (data && !['/v1/webhooks', '/v1/keys'].includes(path)) expect(data.length).toBeGreaterThan(0);
  });

  it.each(['detected', 'resolved'] as const)('are told to receivers as described: %s', (type) => {
    const message = composeAlert(sampleEvent(type, 'e9'), `throttling.${type}`, 'https://watch.example');
    const pointer = 'webhooks/alert/post/requestBody/content/application~1json/schema';
    const validate = ajv.compile({ $ref: `brakelight#/${pointer}` });
    expect(validate(JSON.parse(JSON.stringify(message))) ? [] : validate.errors).toEqual([]);
    expect(validate({ ...message, data: { ...message.data, incident: null } })).toBe(false);
  });

  it.each([
    ['/v1/incidents', '/v1/incidents?country=ru', 400, '/country'],
    ['/v1/incidents', '/v1/incidents?asn=AS', 400, '/asn'],
    ['/v1/incidents', '/v1/incidents?asn=0', 400, '/asn'],
    ['/v1/incidents', '/v1/incidents?since=yesterday', 400, '/since'],
    ['/v1/incidents', '/v1/incidents?since=2021-03-11&until=2021-03-10', 400, '/until'],
    ['/v1/incidents', '/v1/incidents?limit=0', 400, '/limit'],
    ['/v1/incidents', '/v1/incidents?contry=RU', 400, 'contry'],
    ['/v1/incidents', '/v1/incidents?country=RU&country=DE', 400, '/country'],
    ['/v1/incidents', '/v1/incidents?cursor=nonsense', 400, undefined],
    ['/v1/targets', '/v1/targets?cursor=nonsense', 400, undefined],
    ['/v1/measurements', '/v1/measurements?format=csv&limit=3', 400, '/limit'],
    ['/v1/measurements', '/v1/measurements?family=5', 400, '/family'],
    ['/v1/measurements', '/v1/measurements?direction=both', 400, '/direction'],
    ['/v1/incidents/{id}', '/v1/incidents/nothing', 404, undefined],
    ['/v1/incidents/{id}/series', '/v1/incidents/nothing/series', 404, undefined],
  ])('refuse by name: %s by %s', async (path, url, status, named) => {
    const answer = await get(url);
    expect(answer.statusCode, answer.body).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(against('GET', path, status, 'application/problem+json', answer.json())).toEqual([]);
    if (named) expect(JSON.stringify(answer.json())).toContain(named);
  });

  it('list what is throttled now, and how many it was drawn from', async () => {
    const said = (await get('/v1/throttled-now')).json() as ThrottledNow;
    expect(said).toMatchObject({ falseDiscoveryRate: 0.05, drawnFrom: 4 });
    expect(said.data).toEqual([
      expect.objectContaining({
        country: 'RU',
        asn: 64_500,
        grade: 'slowed',
        onsetAt: '2026-03-10T07:00:00.000Z',
        incidentId: INCIDENT,
      }),
      expect.objectContaining({ country: 'DE', asn: 3320, grade: 'suspected', onsetAt: null }),
    ]);
    expect(said.data[0]?.logE).toBeCloseTo(14 - Math.log(96));
    expect((await get('/v1/throttled-now?country=RU')).statusCode).toBe(400);
  });

  it('list suspicions to those only who ask for them', async () => {
    const listed = async (query: string) =>
      ((await get(`/v1/incidents${query}`)).json() as { data: { id: string }[] }).data.map(({ id }) => id);
    expect(await listed('')).not.toContain(SUSPICION);
    expect(await listed('?grade=slowed')).not.toContain(SUSPICION);
    expect(await listed('?grade=suspected')).toEqual([SUSPICION]);
    expect((await listed('?grade=any')).length).toBe((await listed('')).length + 1);
    expect((await get(`/v1/incidents/${SUSPICION}`)).statusCode).toBe(200);
  });

  it('can be paged to the end, each row once', async () => {
    const ids: string[] = [];
    let url: string | undefined = '/v1/measurements?source=network&asn=3320&limit=50';
    while (url) {
      const answer: Awaited<ReturnType<typeof get>> = await get(url);
      const { data, nextCursor } = answer.json() as { data: { id: string }[]; nextCursor: string | null };
      ids.push(...data.map(({ id }) => id));
      url = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
      expect(url === undefined).toBe(nextCursor === null);
    }
    expect(ids).toHaveLength(ROWS / 2);
    expect(new Set(ids).size).toBe(ROWS / 2);
  });

  it('keep to the period: since is inclusive, until exclusive', async () => {
    const { measuredAt: since } = sampleRow(10);
    const { measuredAt: until } = sampleRow(20);
    const answer = await get(`/v1/measurements?source=network&since=${since}&until=${until}`);
    const times = (answer.json() as { data: { measuredAt: string }[] }).data.map(
      ({ measuredAt }) => measuredAt,
    );
    expect(times).toHaveLength(10);
    expect(times).toContain(since);
    expect(times).not.toContain(until);
  });

  it.each([
    ['family=6', sampleRow(3).id],
    ['direction=upload', sampleRow(4).id],
  ])('can be narrowed to a dimension: %s', async (filter, id) => {
    const answer = await get(`/v1/measurements?${filter}`);
    expect((answer.json() as { data: { id: string }[] }).data.map((one) => one.id)).toEqual([id]);
  });

  it('tell nothing that leads to a probe', async () => {
    const answer = await get('/v1/measurements?limit=1');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).not.toMatch(/probe|owner/i);
  });

  it.each([
    ['/v1/measurements?format=ndjson', {}],
    ['/v1/measurements', { accept: 'application/x-ndjson' }],
  ])('are streamed whole as NDJSON: %s', async (url, headers) => {
    const answer = await get(url, headers);
    expect(answer.headers['content-type']).toMatch(/^application\/x-ndjson/);
    expect(answer.headers.link).toContain('creativecommons.org/licenses/by/4.0');
    const cut = answer.body.lastIndexOf('\n', answer.body.length - 2) + 1;
    const { trailer } = JSON.parse(answer.body.slice(cut)) as {
      trailer: { rows: number; sha256: string };
    };
    expect(trailer.rows).toBe(ROWS + 1);
    expect(trailer.sha256).toBe(createHash('sha256').update(answer.body.slice(0, cut)).digest('hex'));
    expect(answer.body.slice(0, cut).trim().split('\n')).toHaveLength(ROWS + 1);
  });

  it('are streamed whole as CSV that no spreadsheet runs', async () => {
    const answer = await get('/v1/measurements?source=4ndv', { accept: 'text/csv' });
    const [header, row, last] = answer.body.split('\r\n');
    expect(header?.split(',')).toContain('targetRateBps');
    expect(row).toContain(",'=cmd|calc,");
    expect(last).toMatch(/^# rows=1 sha256=[0-9a-f]{64} licence=CC-BY-4.0$/);
  });

  it('stream the evidence', async () => {
    const answer = await get(`/v1/incidents/${INCIDENT}/evidence`);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="${INCIDENT}.ndjson"`);
    expect(answer.body).toBe(`{"incident":"${INCIDENT}"}\n`);
  });

  it('say when an engine is away', async () => {
    answering.engines.clickhouse = false;
    const answer = await get('/readyz');
    answering.engines.clickhouse = true;
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBeDefined();
    expect(answer.json()).toMatchObject({
      code: 'not-ready',
      errors: [{ path: 'clickhouse', message: 'does not answer' }],
    });
  });

  it('count themselves, without an address', async () => {
    const { body } = await get('/metrics');
    expect(body).toContain('route="/v1/incidents/:id"');
    expect(body).toContain('brakelight_queue_jobs{queue="deliveries",state="waiting"} 0');
    expect(body).not.toContain(INCIDENT);
  });

  describe('with a key', () => {
    async function send(method: 'POST' | 'DELETE', url: string, key: string, payload?: object) {
      const headers = { authorization: `Bearer ${key}` };
      return answering.app.inject({ method, url, headers, ...(payload && { payload }) });
    }
    async function makeKey(scopes: string[]): Promise<{ id: string; key: string }> {
      const made = await send('POST', '/v1/keys', ADMIN_KEY, { name: 'test', scopes });
      expect(made.statusCode, made.body).toBe(201);
      expect(against('POST', '/v1/keys', 201, 'application/json', made.json())).toEqual([]);
      return made.json() as { id: string; key: string };
    }

    it('subscribe, list, look, unsubscribe; each key its own', async () => {
      const mine = await makeKey(['webhooks']);
      const other = await makeKey(['webhooks']);
      const made = await send('POST', '/v1/webhooks', mine.key, { url: 'http://127.0.0.1:9/hook' });
      expect(made.statusCode, made.body).toBe(201);
      expect(against('POST', '/v1/webhooks', 201, 'application/json', made.json())).toEqual([]);
      const { id, secret } = made.json() as { id: string; secret: string };
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      const listed = await get('/v1/webhooks', { authorization: `Bearer ${mine.key}` });
      expect(listed.body).toContain(id);
      expect(listed.body).not.toContain('whsec_');
      expect((await get('/v1/webhooks', { authorization: `Bearer ${other.key}` })).json()).toMatchObject({
        data: [],
      });
      expect((await send('DELETE', `/v1/webhooks/${id}`, other.key)).statusCode).toBe(404);
      const deliveries = await get(`/v1/webhooks/${id}/deliveries`, ADMIN);
      expect(
        against('GET', '/v1/webhooks/{id}/deliveries', 200, 'application/json', deliveries.json()),
      ).toEqual([]);
      expect((await send('DELETE', `/v1/webhooks/${id}`, mine.key)).statusCode).toBe(204);
      expect((await get(`/v1/webhooks/${id}`, ADMIN)).statusCode).toBe(404);
    });

    it('end with the key that made them', async () => {
      const [mine, other] = [await makeKey(['webhooks']), await makeKey(['webhooks'])];
      const subscribe = async (key: string) =>
        (await send('POST', '/v1/webhooks', key, { url: 'http://127.0.0.1:9/hook' })).json().id as string;
      const [first, second, theirs] = [
        await subscribe(mine.key),
        await subscribe(mine.key),
        await subscribe(other.key),
      ];
      expect((await send('DELETE', `/v1/keys/${mine.id}`, ADMIN_KEY)).statusCode).toBe(204);
      for (const id of [first, second]) {
        expect((await get(`/v1/webhooks/${id}`, ADMIN)).statusCode).toBe(404);
      }
      expect((await get(`/v1/webhooks/${theirs}`, ADMIN)).statusCode).toBe(200);
      expect((await send('DELETE', `/v1/keys/${mine.id}`, ADMIN_KEY)).statusCode).toBe(404);
    });

    it('let nobody make every event go to thousands', async () => {
      const { key } = await makeKey(['webhooks']);
      const subscribe = () => send('POST', '/v1/webhooks', key, { url: 'http://127.0.0.1:9/hook' });
      const made = await Promise.all(Array.from({ length: 99 }, subscribe));
      expect(new Set(made.map(({ statusCode }) => statusCode))).toEqual(new Set([201]));
      const [hundredth, refused] = [await subscribe(), await subscribe()];
      expect(hundredth.statusCode).toBe(201);
      expect(refused.json()).toMatchObject({ code: 'too-many-webhooks', status: 409 });
      expect((await send('DELETE', `/v1/webhooks/${hundredth.json().id}`, key)).statusCode).toBe(204);
      expect((await subscribe()).statusCode).toBe(201);
    });

    it('refuse what it may not do, and nobody in particular', async () => {
      const { id, key } = await makeKey(['read']);
      expect((await get('/v1/webhooks')).json()).toMatchObject({ code: 'api-key-missing', status: 401 });
      expect((await get('/v1/webhooks', { authorization: 'Basic eDp5' })).json()).toMatchObject({
        code: 'api-key-invalid',
      });
      for (const wrong of [
        `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`,
        'bl_x',
        ADMIN_KEY.slice(1),
      ]) {
        expect((await send('POST', '/v1/keys', wrong, {})).json()).toMatchObject({ code: 'api-key-invalid' });
      }
      expect((await send('POST', '/v1/webhooks', key, {})).json()).toMatchObject({ code: 'scope-missing' });
      expect((await send('DELETE', `/v1/keys/${id}`, ADMIN_KEY)).statusCode).toBe(204);
      expect((await send('POST', '/v1/webhooks', key, {})).json()).toMatchObject({ code: 'api-key-invalid' });
    });

    it('refuse to send alerts where nobody outside may look', async () => {
      for (const url of ['https://10.0.0.1/', 'https://[::ffff:127.0.0.1]/', 'http://8.8.8.8/']) {
        const answer = await send('POST', '/v1/webhooks', ADMIN_KEY, { url });
        expect(answer.statusCode, url).toBe(422);
        expect(answer.json()).toMatchObject({ code: 'webhook-address', errors: [{ path: '/url' }] });
      }
    });

    it('may ask more often', async () => {
      const { key } = await makeKey(['read']);
      const stranger = await get('/v1/cells', { authorization: 'Bearer bl_x' });
      expect(stranger.headers['ratelimit-policy']).toBe('"default";q=10000;w=60');
      const known = await get('/v1/cells', { authorization: `Bearer ${key}` });
      expect(known.headers['ratelimit-policy']).toBe('"default";q=100000;w=60');
    });

    it('make enrolment tokens, which expire', async () => {
      const make = (more: object) =>
        send('POST', '/v1/tokens', ADMIN_KEY, { kind: 'one-time', owner: 'anna', ...more });
      const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
      const made = await make({});
      expect(made.statusCode, made.body).toBe(201);
      expect(against('POST', '/v1/tokens', 201, 'application/json', made.json())).toEqual([]);
      const days = (Date.parse(made.json().expiresAt) - Date.now()) / 86_400_000;
      expect(days).toBeGreaterThan(29.9);
      expect(days).toBeLessThanOrEqual(30);
      const chosen = inDays(2);
      expect((await make({ expiresAt: chosen })).json()).toMatchObject({ expiresAt: chosen });
      for (const expiresAt of [inDays(-1), inDays(400)]) {
        expect((await make({ expiresAt })).json()).toMatchObject({
          status: 400,
          errors: [{ path: '/expiresAt' }],
        });
      }
    });
  });
});
