import { checkClickHouse, checkRedis } from '@brakelight/coordinator/launcher/given-engines';
import { Redis } from 'ioredis';
import { describe, expect, inject, it } from 'vitest';
import { freePort } from '../../deploy/dist/testbed/free-port.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { runProgram } from './program.js';

describe('a Redis by URL', () => {
  it('is taken when it keeps what it is given', async () => {
    await checkRedis(inject('redisUrl'));
  });

  it.each([
    ['maxmemory-policy', 'allkeys-lru', /evicts keys .* set maxmemory-policy noeviction\.$/],
    ['appendonly', 'no', /keeps no append-only file.* set appendonly yes\.$/],
  ])('is refused with %s %s', async (setting, value, sentence) => {
    const { said } = await runProgram({ dataDir: await temporaryFolder() });
    const redis = new Redis(said.redisUrl);
    await redis.config('SET', setting, value);
    redis.disconnect();
    const refusal = checkRedis(said.redisUrl);
    await expect(refusal).rejects.toThrow(sentence);
    await expect(refusal).rejects.not.toThrow(new URL(said.redisUrl).password);
  });

  it('is refused when nobody answers, and nothing is left running', async () => {
    const REDIS_URL = `redis://:secret@127.0.0.1:${await freePort()}`;
    const { said } = await runProgram({ dataDir: await temporaryFolder(), env: { REDIS_URL } });
    expect(said.error).toMatch(/^The Redis at 127\.0\.0\.1:\d+ cannot be used \(.+\): check REDIS_URL\.$/);
    expect(said.error).not.toContain('secret');
  });

  it('is used instead of an embedded one', async () => {
    const env = { REDIS_URL: inject('redisUrl'), CLICKHOUSE_URL: inject('clickhouseUrl') };
    const { said } = await runProgram({ dataDir: await temporaryFolder(), env });
    expect(said).toMatchObject({
      redisUrl: env.REDIS_URL,
      redisHow: 'given by REDIS_URL',
      storeHow: 'given by CLICKHOUSE_URL',
      pids: { redis: null, chdb: null },
    });
  });
});

describe('a ClickHouse by URL', () => {
  it('is taken when it answers', async () => {
    await checkClickHouse(inject('clickhouseUrl'));
  });

  it('is refused with wrong credentials, and without an answer', async () => {
    const url = new URL(inject('clickhouseUrl'));
    url.password = 'wrong';
    await expect(checkClickHouse(url.href)).rejects.toThrow(
      /^The ClickHouse at .* cannot be used \(.*uthentication.*CLICKHOUSE_URL\.$/,
    );
    const nobody = `http://127.0.0.1:${await freePort()}`;
    await expect(checkClickHouse(nobody)).rejects.toThrow(/cannot be used \(.+\): check CLICKHOUSE_URL\.$/);
  });
});
