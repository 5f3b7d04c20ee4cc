/** Delivers alerts in a process of its own, so that it can be killed. Set up by variables of the environment. */

import { connectForRequests, connectForWorkers, ready } from '@brakelight/coordinator/live/connection';
import { createLogger } from '@brakelight/coordinator/logging';
import { openTelling } from '@brakelight/coordinator/telling';
import { Registry } from 'prom-client';

const { ALERTS_REDIS, ALERTS_PREFIX } = process.env;
const logger = createLogger('warn');
const redis = connectForRequests(ALERTS_REDIS, logger);
await ready(redis);
const telling = openTelling({
  redis,
  prefix: ALERTS_PREFIX,
  events: { events: async () => [] },
  allowCidr: ['127.0.0.0/8'],
  publicUrl: 'https://watch.example',
  registry: new Registry(),
  logger,
  now: Date.now,
});
await telling.alerts.catchUp();
telling.startDelivering(connectForWorkers(ALERTS_REDIS, logger));
