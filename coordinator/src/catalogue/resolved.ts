import type { CatalogueObject } from '@brakelight/shared';

/**
 * Whether an object can be fetched as it stands. One with a rule to find it is resolved once its `url` is not the page
 * any more: `npm run catalogue -- check --write` puts there what the rule found.
 */
export function isResolved(object: CatalogueObject): boolean {
  return object.discover === undefined || object.url !== object.discover.page;
}
