import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { Problem } from '@brakelight/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLogger } from '../logging.js';
import { Network } from '../network/network.js';
import { ProblemError } from '../problems/problem.js';
import { type App, buildApp } from './app.js';

const network = new Network([], Buffer.alloc(32));
const lines: string[] = [];
const logger = createLogger('debug', { write: (line: string) => lines.push(line) });

describe('the HTTP application', () => {
  let app: App;
  let port: number;

  beforeAll(async () => {
    app = await buildApp({ logger, trustProxy: ['127.0.0.1'], rateLimit: { max: 20, windowS: 60 } });
    app.get(
      '/v1/things/:id',
      { schema: { querystring: z.object({ n: z.coerce.number().optional() }) } },
      () => ({}),
    );
    app.post('/v1/things', { schema: { body: z.object({ a: z.object({ b: z.int() }) }) } }, () => ({}));
    app.get('/v1/broken', () => {
      throw new Error('secret of 198.51.100.7');
    });
    app.get('/v1/where', (request) => network.locate(request.ip));
    app.get('/v1/busy', () => {
      throw new ProblemError('overloaded', { retryAfterS: 12 });
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    port = (app.server.address() as AddressInfo).port;
  });
  afterAll(() => app.close());

  let client = 0;
  /** Each request from an address of its own, so that the rate limit is met only where it is meant. */
  async function ask(path: string, init: RequestInit = {}, from = `198.51.100.${++client}`) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      headers: { 'x-forwarded-for': from, ...init.headers },
    });
    return { answer, problem: answer.status < 400 ? undefined : Problem.parse(await answer.json()) };
  }

  it.each([
    ['GET', '/v1/nothing', undefined, undefined, 404, 'not-found'],
    ['PUT', '/v1/things', undefined, undefined, 405, 'method-not-allowed'],
    ['GET', '/v1/things/1?n=x', undefined, undefined, 400, 'invalid-request'],
    ['POST', '/v1/things', '{', 'application/json', 400, 'malformed-json'],
    // A key like any other: nothing is inherited from it.
    ['POST', '/v1/things', '{"__proto__":{"a":{"b":1}}}', 'application/json', 400, 'invalid-request'],
    ['POST', '/v1/things', '', 'application/json', 400, 'malformed-json'],
    ['POST', '/v1/things', '{"a":{}}', 'application/json', 400, 'invalid-request'],
    ['POST', '/v1/things', 'a=1', 'application/x-www-form-urlencoded', 415, 'unsupported-media-type'],
    ['POST', '/v1/things', `"${'x'.repeat(300_000)}"`, 'application/json', 413, 'body-too-large'],
    ['GET', '/%zz', undefined, undefined, 400, 'malformed-request'],
    ['GET', '/v1/busy', undefined, undefined, 503, 'overloaded'],
  ])('%s %s: %#', async (method, path, body, type, status, code) => {
    const { answer, problem } = await ask(path, {
      method,
      ...(body !== undefined && { body }),
      ...(type && { headers: { 'content-type': type } }),
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(problem).toMatchObject({ status, code, type: `urn:brakelight:problem:${code}` });
    expect(problem?.requestId).toMatch(/^[0-9A-Z]{26}$/);
    expect(problem?.detail).toBeTruthy();
  });

  it('says which field is wrong', async () => {
    const { problem } = await ask('/v1/things', {
      method: 'POST',
      body: '{"a":{"b":"one"}}',
      headers: { 'content-type': 'application/json' },
    });
    expect(problem?.errors).toEqual([{ path: '/a/b', message: expect.stringContaining('expected') }]);
  });

  it('names the methods that an address takes, and when to come back', async () => {
    expect((await ask('/v1/things', { method: 'PATCH' })).answer.headers.get('allow')).toBe('POST');
    expect((await ask('/v1/busy')).answer.headers.get('retry-after')).toBe('12');
  });

  it('hides what broke, logs it, and logs no address', async () => {
    const { answer, problem } = await ask('/v1/broken');
    expect(answer.status).toBe(500);
    expect(JSON.stringify(problem)).not.toContain('secret');
    const log = lines.join('');
    expect(log).toContain('secret of [address]');
    expect(log).toContain(problem?.requestId);
    expect(log).not.toMatch(/198\.51\.100/);
  });

  it('counts requests by client, IPv6 by /64, and says what is left', async () => {
    const first = await ask('/v1/things/1', {}, '2001:db8:1:2::1');
    expect(first.answer.headers.get('ratelimit-policy')).toBe('"default";q=20;w=60');
    expect(first.answer.headers.get('ratelimit')).toMatch(/^"default";r=19;t=\d+$/);
    for (let i = 0; i < 19; i++) await ask('/v1/things/1', {}, `2001:db8:1:2::${i + 2}`);
    const { answer, problem } = await ask('/v1/nothing', {}, '2001:db8:1:2::ffff');
    expect(answer.status).toBe(429);
    expect(problem?.code).toBe('rate-limited');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask('/v1/things/1', {}, '2001:db8:1:3::1')).answer.status).toBe(200);
  });

  it('takes no trusted proxy for a liar, nor its client for an address, when the header says nonsense', async () => {
    for (const from of ['unknown', '198.51.100.9:4711', '_hidden', 'a'.repeat(5000)]) {
      const { answer, problem } = await ask('/v1/where', {}, from);
      expect([from.slice(0, 20), answer.status, problem?.code]).toEqual([
        from.slice(0, 20),
        400,
        'malformed-request',
      ]);
    }
    expect((await ask('/v1/where', {}, '2001:db8::9')).answer.status).toBe(200);
  });

  it('answers bytes that are not HTTP', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('hello\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toContain('400 Bad Request');
    expect(answer).toContain('"malformed-request"');
  });
});
