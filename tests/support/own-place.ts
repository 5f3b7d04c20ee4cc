import './provided.js';
import { randomBytes } from 'node:crypto';
import { openStore, type Store } from '@brakelight/coordinator/store/store';
import { pino } from 'pino';
import { inject } from 'vitest';

/** A key prefix that no other test has, for the run's one Redis. */
export function ownPrefix(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}

/** Name of a database that no other test has, for the run's one ClickHouse. */
export function ownDatabase(): string {
  return `test_${randomBytes(6).toString('hex')}`;
}

/** A migrated store of the caller's own, in the run's one ClickHouse; the caller closes it. */
export async function ownStore(url: string = inject('clickhouseUrl')): Promise<Store> {
  const store = openStore({ url, database: ownDatabase(), logger: pino({ level: 'warn' }) });
  await store.migrate();
  return store;
}
