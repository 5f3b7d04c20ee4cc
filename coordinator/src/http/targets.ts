import { pageOf, Slug } from '@brakelight/shared';
import { z } from 'zod';
import { TARGET_4NDV, TARGET_NAME_4NDV } from '../imports/4ndv.js';
import { reads } from './answers.js';
import type { App } from './app.js';
import { answerPage, pageOfList } from './page.js';
import { Paging, splitQuery } from './query.js';
import type { Reading } from './reading.js';

/** A platform in a source. */
export const Target = z.object({
  source: Slug,
  target: Slug,
  /** As people call it. */
  name: z.string(),
  historical: z.boolean(),
});
export type Target = z.infer<typeof Target>;

/** Platforms of imports, as people call them. */
const IMPORTED_NAMES: readonly [string, string][] = [[TARGET_4NDV, TARGET_NAME_4NDV]];

export interface TargetRoutesDeps {
  readonly store: { readonly measurements: Pick<Reading['measurements'], 'targets'> };
  /** What this coordinator measures, from its catalogue. */
  readonly catalogue: { readonly targets: readonly { readonly id: string; readonly name: string }[] };
}

/** What is measured, and what imports bring along. */
export function targetRoutes(app: App, { store, catalogue }: TargetRoutesDeps): void {
  app.get(
    '/v1/targets',
    {
      schema: {
        tags: ['targets'],
        summary: 'Platforms by source',
        description:
          'What the catalogue asks probes to measure, whether or not there are results yet, and what imports hold.',
        querystring: z.strictObject(Paging),
        response: reads(pageOf(Target)),
      },
    },
    async (request, reply) => {
      const names = new Map([
        ...IMPORTED_NAMES,
        ...catalogue.targets.map(({ id, name }): [string, string] => [id, name]),
      ]);
      const ours = catalogue.targets.map(({ id }) => ({ source: 'network', target: id }));
      const keyOf = (one: { source: string; target: string }) => `${one.source} ${one.target}`;
      const all = new Map([...ours, ...(await store.measurements.targets())].map((one) => [keyOf(one), one]));
      const targets = [...all.values()]
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
        .map(({ source, target }) => ({
          source,
          target,
          name: names.get(target) ?? target,
          historical: source !== 'network',
        }));
      const { page } = splitQuery(request.query);
      return answerPage(request, reply, Promise.resolve(pageOfList(targets, keyOf, page)));
    },
  );
}
