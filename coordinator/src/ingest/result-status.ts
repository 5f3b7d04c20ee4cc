import type { StatusAnswer } from '@brakelight/shared';
import type { Taken } from '../live/taken.js';

/** What the ingest needs of the store. */
export interface StoredRows {
  storedIds(ids: string[], source: string): Promise<Set<string>>;
}

/**
 * Where each row is. The queue's memory is read before the store: a row on its way from one to the other is then seen
 * in at least one of them. Only rows of our own probes count: an import may go by any id.
 */
export async function resultStatus(
  ids: readonly string[],
  taken: Taken,
  store: StoredRows,
): Promise<StatusAnswer> {
  const states = await taken.states(ids);
  const open = ids.filter((_, i) => states[i] !== 'stored');
  const stored = open.length > 0 ? await store.storedIds(open, 'network') : new Set<string>();
  return {
    results: ids.map((id, i) => ({
      id,
      state: states[i] === 'stored' || stored.has(id) ? 'stored' : (states[i] ?? 'unknown'),
    })),
  };
}
