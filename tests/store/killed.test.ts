import { join } from 'node:path';
import { EmbeddedChdb } from '@brakelight/coordinator/launcher/chdb';
import { openStore } from '@brakelight/coordinator/store/store';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { measurementRow } from './measurement-row.js';

it('has every acknowledged row after chDB was killed between and during inserts', async () => {
  const logger = pino({ level: 'silent' });
  const chdb = await EmbeddedChdb.start(join(await temporaryFolder(), 'chdb'), logger);
  const store = openStore({ url: chdb.url, logger });
  onTestFinished(async () => {
    await store.close();
    await chdb.stop();
  });
  await store.migrate();

  const acknowledged: string[] = [];
  let failures = 0;
  for (let batch = 0; batch < 40; batch += 1) {
    const rows = Array.from({ length: 20 }, (_, i) => measurementRow({ id: `row-${batch}-${i}` }));
    const insert = store.measurements.insert(rows);
    if (batch % 10 === 5) {
      // Now one insert is under way, and many are done.
      const victim = chdb.pid;
      if (victim !== null) process.kill(victim, 'SIGKILL');
      await until('chDB came back', () => chdb.pid !== null && chdb.pid !== victim && store.ping());
    }
    try {
      await insert;
      acknowledged.push(...rows.map(({ id }) => id));
    } catch {
      failures += 1;
      // As the ingest worker does: again, until it is acknowledged.
      await store.measurements.insert(rows);
      acknowledged.push(...rows.map(({ id }) => id));
    }
  }
  expect(failures).toBeGreaterThan(0);
  expect(acknowledged).toHaveLength(800);
  const { data } = await store.measurements.list({}, { limit: 1000 });
  expect(data.map(({ id }) => id).sort()).toEqual(acknowledged.sort());
});
