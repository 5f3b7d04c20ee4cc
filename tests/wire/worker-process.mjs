/** An ingest worker in a process of its own, so that it can be killed. Set up by variables of the environment. */

import { loadConfig } from '@brakelight/coordinator/config';
import { connectForRequests, connectForWorkers, ready } from '@brakelight/coordinator/live/connection';
import { createLogger } from '@brakelight/coordinator/logging';
import { openNetwork } from '@brakelight/coordinator/network/network';
import { openKeyring } from '@brakelight/coordinator/probes/keyring';
import { openStore } from '@brakelight/coordinator/store/store';
import { openWire } from '@brakelight/coordinator/wire';
import { Registry } from 'prom-client';

const { DATA_DIR, WIRE_REDIS, WIRE_PREFIX, WIRE_STORE, WIRE_DATABASE } = process.env;
const logger = createLogger('warn');
const redis = connectForRequests(WIRE_REDIS, logger);
await ready(redis);
const keyring = await openKeyring(DATA_DIR);
const store = openStore({ url: WIRE_STORE, database: WIRE_DATABASE, logger });
const wire = openWire({
  config: loadConfig({}),
  redis,
  prefix: WIRE_PREFIX,
  measurements: {
    storedIds: (ids) => store.measurements.storedIds(ids),
    count: (source) => store.measurements.count(source),
    insert: async (rows) => {
      process.stdout.write(`inserting ${rows.length}\n`);
      const answer = await store.measurements.insert(rows);
      process.stdout.write(`inserted ${rows.length}\n`);
      return answer;
    },
  },
  keyring,
  network: await openNetwork({}, keyring.subnetKey),
  catalogue: { version: '1', targets: [], controls: [] },
  measurementServer: undefined,
  registry: new Registry(),
  logger,
  now: Date.now,
});
wire.startWorker(connectForWorkers(WIRE_REDIS, logger));
