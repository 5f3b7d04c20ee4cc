/** What evidence is ordered and counted once by. */
export interface Timed {
  readonly id: string;
  readonly measuredAt: number;
  readonly period: number;
}

/** Order in which evidence is processed: time, then id. Independent of the order of arrival. */
export function byTime(a: Omit<Timed, 'period'>, b: Omit<Timed, 'period'>): number {
  return a.measuredAt - b.measuredAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/**
 * Evidence in processing order, each test once: re-delivered, it has the same id and time. Sorts only what does not come
 * in order, as it does from the store.
 */
export function inOrder<T extends Timed>(items: readonly T[]): readonly T[] {
  if (isInOrder(items)) return items;
  const sorted = [...items].sort((a, b) => a.period - b.period || byTime(a, b));
  // Of the same test the one that came last.
  return sorted.filter((item, i) => !isSame(item, sorted[i + 1]));
}

/** Is each strictly after the one before? */
function isInOrder(items: readonly Timed[]): boolean {
  let before: Timed | undefined;
  for (const item of items) {
    if (before !== undefined) {
      if (item.measuredAt < before.measuredAt || item.period < before.period) return false;
      if (item.measuredAt === before.measuredAt && item.id <= before.id) return false;
    }
    before = item;
  }
  return true;
}

function isSame(a: Timed, b: Timed | undefined): boolean {
  return b !== undefined && a.measuredAt === b.measuredAt && a.id === b.id;
}
