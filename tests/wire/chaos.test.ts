import '../support/provided.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedRedis, findRedis } from '@brakelight/coordinator/launcher/redis';
import { readPressure } from '@brakelight/coordinator/live/pressure';
import { Database } from '@brakelight/coordinator/store/client';
import { openStore } from '@brakelight/coordinator/store/store';
import { pino } from 'pino';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { until } from '../support/until.js';
import { startTestCoordinator, type TestCoordinator } from './test-coordinator.js';
import { problemOf, resultOf, TestProbe } from './test-probe.js';

const logger = pino({ level: 'silent' });

describe('a Redis that is killed', () => {
  it('makes 503 with Retry-After of a submission, and no accepted row is lost', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'brakelight-chaos-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const redis = await EmbeddedRedis.start(await findRedis(inject('cacheDir'), logger), folder, logger);
    onTestFinished(() => redis.stop());
    const coordinator = await startTestCoordinator({}, { redisUrl: redis.url });
    onTestFinished(() => coordinator.close());
    const probe = await TestProbe.enrolled(coordinator);
    const tests = await probe.drawMany(120);

    const accepted: string[] = [];
    let refused = 0;
    for (const [i, test] of tests.entries()) {
      if (i === 40 || i === 80) process.kill(redis.pid as number, 'SIGKILL');
      await until('a submission is taken', async () => {
        const answer = await probe.submit([resultOf(test)]);
        if (answer.status === 202) return true;
        const problem = problemOf(answer);
        expect({ status: answer.status, code: problem.code }).toEqual({ status: 503, code: 'unavailable' });
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
        refused++;
        return false;
      });
      accepted.push(test.id);
    }
    expect(refused).toBeGreaterThanOrEqual(2);
    await allStored(coordinator, accepted);
  });

  it('takes nothing while the queue is full, and says so', async () => {
    const coordinator = await startTestCoordinator({ QUEUE_MAX_JOBS: '10' }, { worker: false });
    onTestFinished(() => coordinator.close());
    const probe = await TestProbe.enrolled(coordinator);
    const tests = await probe.drawMany(60);
    let last = 202;
    const accepted: string[] = [];
    for (const test of tests) {
      const answer = await probe.submit([resultOf(test)]);
      last = answer.status;
      if (last !== 202) {
        expect(problemOf(answer).code).toBe('overloaded');
        expect(answer.headers['retry-after']).toBe('30');
        break;
      }
      accepted.push(test.id);
      // One look at the queue is believed for a moment.
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(last).toBe(503);
    expect([...(await probe.states(accepted)).values()]).toEqual(accepted.map(() => 'pending'));
    coordinator.startWorker();
    await allStored(coordinator, accepted);
  });
});

describe('a Redis that runs out of memory', () => {
  it('refuses submissions while there is room left for the workers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'brakelight-chaos-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const redis = await EmbeddedRedis.start(await findRedis(inject('cacheDir'), logger), folder, logger);
    onTestFinished(() => redis.stop());
    const coordinator = await startTestCoordinator({}, { redisUrl: redis.url, worker: false });
    onTestFinished(() => coordinator.close());
    const probe = await TestProbe.enrolled(coordinator);
    const test = await probe.draw();
    const { usedBytes } = await readPressure(coordinator.redis);
    await coordinator.redis.config('SET', 'maxmemory', String(Math.round(usedBytes * 1.25)));
    const answer = await probe.submit([resultOf(test)]);
    expect(problemOf(answer)).toMatchObject({ status: 503, code: 'overloaded' });
    await coordinator.redis.config('SET', 'maxmemory', String(usedBytes * 10));
    await until('it takes them again', async () => (await probe.submit([resultOf(test)])).status === 202);
    coordinator.startWorker();
    await allStored(coordinator, [test.id]);
  });
});

describe('a worker that is closed while the store is away', () => {
  it('stops by its deadline, and the next one stores what it left', async () => {
    const away = openStore({ url: 'http://127.0.0.1:1', logger });
    onTestFinished(() => away.close());
    const coordinator = await startTestCoordinator({}, { worker: false });
    onTestFinished(() => coordinator.close());
    const probe = await TestProbe.enrolled(coordinator);
    const tests = await probe.drawMany(6);
    for (const test of tests) await probe.accepted([resultOf(test)]);
    const worker = coordinator.startWorker(away.measurements);
    await until('it waits for the store', () =>
      coordinator.log.some((line) => line.includes('waiting for it')),
    );
    const begun = performance.now();
    await worker.close(300);
    expect(performance.now() - begun).toBeLessThan(8_000);
    const ids = tests.map((test) => test.id);
    expect([...(await probe.states(ids)).values()]).toEqual(ids.map(() => 'pending'));
    coordinator.startWorker();
    await allStored(coordinator, ids);
  });
});

describe('a worker that is killed in the middle of a batch', () => {
  it('loses nothing and doubles nothing', async () => {
    const coordinator = await startTestCoordinator({}, { worker: false });
    onTestFinished(() => coordinator.close());
    const probe = await TestProbe.enrolled(coordinator);
    const tests = await probe.drawMany(400);
    for (let i = 0; i < tests.length; i += 4) {
      const { results } = await probe.accepted(tests.slice(i, i + 4).map((test) => resultOf(test)));
      expect(results.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    }
    const ids = tests.map((test) => test.id);

    // Once before the store has answered, once right after: the job is then still in the queue.
    for (const moment of ['inserting', 'inserted']) await killedAt(coordinator, moment);
    expect((await coordinator.wire.queue.counts()).active).toBeGreaterThan(0);
    coordinator.startWorker();
    await allStored(coordinator, ids);
    await until('the queue is empty', async () => {
      const { waiting, active, delayed, failed } = await coordinator.wire.queue.counts();
      expect(failed).toBe(0);
      return waiting + active + delayed === 0;
    });
    expect(await physicalRows(coordinator)).toBe(tests.length);
  }, 120_000);
});

/** Starts a worker as a process of its own and kills it when it says that. */
async function killedAt(coordinator: TestCoordinator, moment: string): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('worker-process.mjs', import.meta.url))], {
    env: {
      ...process.env,
      DATA_DIR: coordinator.dataDir,
      WIRE_REDIS: inject('redisUrl'),
      WIRE_PREFIX: coordinator.prefix,
      WIRE_STORE: inject('clickhouseUrl'),
      WIRE_DATABASE: coordinator.database,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  for await (const chunk of child.stdout) if (String(chunk).includes(`${moment} `)) break;
  child.kill('SIGKILL');
  await gone;
}

async function allStored(coordinator: TestCoordinator, ids: readonly string[]): Promise<void> {
  await until(
    'every accepted row is stored',
    async () => (await coordinator.store.measurements.storedIds(ids, 'network')).size === ids.length,
    60_000,
  );
}

/** Rows as they lie in the table, where a query would not count an id twice. */
async function physicalRows(coordinator: TestCoordinator): Promise<number> {
  const database = new Database({ url: inject('clickhouseUrl'), database: coordinator.database });
  const limits = { memoryBytes: 100_000_000, seconds: 10 };
  const [row] = await database.rows<{ n: number }>('SELECT count() AS n FROM measurements', {}, limits);
  await database.close();
  return row?.n ?? 0;
}
