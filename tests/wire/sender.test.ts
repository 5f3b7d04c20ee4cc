import { mkdtemp, rm } from 'node:fs/promises';
import { get, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@brakelight/coordinator/logging';
import { DEFAULT_SERVER_LIMITS } from '@brakelight/coordinator/measurement-server/limits';
import {
  type MeasurementServer,
  startMeasurementServer,
} from '@brakelight/coordinator/measurement-server/start';
import { ResultClient } from '@brakelight/coordinator/sender/result-client';
import type { DrawnTest } from '@brakelight/shared';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../deploy/dist/testbed/free-port.js';
import { until } from '../support/until.js';
import { startTestCoordinator, type TestCoordinator } from './test-coordinator.js';
import { resultOf, TestProbe } from './test-probe.js';

const HOST = '127.0.0.1';
/** TCP_INFO is read on Linux only. */
const onLinux = process.platform === 'linux';

let port: number;
let keysDir: string;
let pins: readonly string[];
let coordinator: TestCoordinator;

/** The same server again, with the same keys: what it remembered is gone. */
async function startServer(): Promise<MeasurementServer> {
  const server = await startMeasurementServer({
    host: HOST,
    port,
    keysDir,
    logger: createLogger('silent'),
    limits: DEFAULT_SERVER_LIMITS,
  });
  onTestFinished(() => server.close());
  return server;
}

beforeAll(async () => {
  port = await freePort();
  keysDir = await mkdtemp(join(tmpdir(), 'brakelight-keys-'));
  const settings = {
    host: HOST,
    port,
    keysDir,
    logger: createLogger('silent'),
    limits: DEFAULT_SERVER_LIMITS,
  };
  const first = await startMeasurementServer(settings);
  pins = first.pins;
  await first.close();
  coordinator = await startTestCoordinator(
    {},
    {
      measurementServer: { endpoints: [{ address: HOST, port }], pins },
      resultServer: { endpoints: [{ address: HOST, port }], pins },
    },
  );
});
afterAll(async () => {
  await coordinator.close();
  await rm(keysDir, { recursive: true });
});

/** Fetches as the arm of a probe would. */
function fetchArm(id: string, bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    request(
      { host: HOST, port, path: `/v1/down?bytes=${bytes}&id=${id}`, rejectUnauthorized: false, agent: false },
      (response) => response.resume().once('end', resolve),
    )
      .once('error', reject)
      .end();
  });
}

async function drawSwap(probe: TestProbe): Promise<DrawnTest> {
  for (;;) {
    await coordinator.redis.del(`${coordinator.prefix}:due:${probe.id}`);
    const { tests } = await probe.work(['swap']);
    const download = tests.find(({ arms }) => arms[0]?.direction === 'download');
    if (download) return download;
  }
}

async function submit(probe: TestProbe, test: DrawnTest): Promise<void> {
  await probe.accepted([resultOf(test)]);
  await until('it is stored', async () => (await probe.states([test.id])).get(test.id) === 'stored');
}

async function stored(id: string) {
  const { data } = await coordinator.store.measurements.list({ kind: 'swap' }, { limit: 100 });
  return data.find((row) => row.id === id);
}

const pairOf = async ({ id, target }: DrawnTest) => {
  const at = Date.now();
  const query = { source: 'network', target, since: at - 3_600_000, until: at + 60_000, periodMs: 1_800_000 };
  return (await coordinator.store.units.swapPairs(query)).find((pair) => pair.id === id);
};

it.runIf(onLinux)('stores what the sender saw of a swap pair, beside it and once', async () => {
  await startServer();
  const probe = await TestProbe.enrolled(coordinator, ['swap']);
  const test = await drawSwap(probe);
  await fetchArm(`${test.id}-C`, 96_000);
  await fetchArm(`${test.id}-D`, 96_000);
  await submit(probe, test);
  const row = await until('the sender was asked', async () => {
    const found = await stored(test.id);
    return found?.sender && found;
  });
  // Open lines, over at once: the numbers are there, and name no mechanism.
  expect(row.sender?.mechanism).toBe('unclear');
  const series = JSON.parse(row.sender?.series ?? '');
  expect(series.C.at(-1).bytesAcked).toBeGreaterThan(96_000);
  expect(series.D.length).toBeGreaterThan(0);
  expect((await pairOf(test))?.mechanism).toBe('unclear');

  // Asked again, as after a crash: the newer row takes the place of the older, everywhere that is looked.
  await coordinator.store.senderViews.insert([row.sender as NonNullable<typeof row.sender>]);
  expect((await coordinator.store.senderViews.of([test.id])).size).toBe(1);
  expect((await pairOf(test))?.mechanism).toBe('unclear');
});

it.runIf(onLinux)('stores a measurement though the server is away, and asks when it is back', async () => {
  const probe = await TestProbe.enrolled(coordinator, ['swap']);
  const test = await drawSwap(probe);
  await submit(probe, test);
  expect((await stored(test.id))?.sender).toBeUndefined();
  expect((await pairOf(test))?.mechanism ?? null).toBeNull();
  await startServer();
  await fetchArm(`${test.id}-C`, 96_000);
  await until('the sender was asked again', async () => (await stored(test.id))?.sender, 60_000);
});

it('leaves unknown what the server knows nothing of', async () => {
  await startServer();
  const probe = await TestProbe.enrolled(coordinator, ['swap']);
  const test = await drawSwap(probe);
  await submit(probe, test);
  await until('nothing is left to ask', async () => {
    const counts = await coordinator.wire.senderQueue?.jobs.getJobCounts('waiting', 'active', 'delayed');
    return Object.values(counts ?? {}).every((count) => count === 0);
  });
  expect((await stored(test.id))?.sender).toBeUndefined();
});

it('asks nothing of a server that shows another key', async () => {
  await startServer();
  const endpoints = [{ address: HOST, port }];
  const client = new ResultClient({ endpoints, pins: [`${'A'.repeat(43)}=`] });
  onTestFinished(() => client.close());
  await expect(client.result('somebody-C')).rejects.toThrow('another key');
  const right = new ResultClient({ endpoints, pins });
  onTestFinished(() => right.close());
  expect(await right.result('somebody-C')).toBeNull();
});

it('asks at the other address where the first gives no answer', async () => {
  await startServer();
  const nobody = { address: HOST, port: 1 };
  const client = new ResultClient({ endpoints: [nobody, { address: HOST, port }], pins });
  onTestFinished(() => client.close());
  await expect(client.result('somebody-C')).rejects.toThrow('ECONNREFUSED');
  const path = '/v1/down?bytes=1000&id=somebody-C';
  await new Promise((resolve) =>
    get({ host: HOST, port, path, rejectUnauthorized: false }, (answer) =>
      answer.resume().once('end', resolve),
    ),
  );
  expect(await client.result('somebody-C')).toMatchObject({ tcpInfo: expect.any(Boolean) });
});
