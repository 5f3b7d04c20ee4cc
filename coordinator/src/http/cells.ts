import { Cell, CellState, pageOf } from '@brakelight/shared';
import { z } from 'zod';
import { reads } from './answers.js';
import type { App } from './app.js';
import { answerPage } from './page.js';
import { Filters, Paging, splitQuery } from './query.js';
import type { Reading } from './reading.js';

/** How every place x target is judged now. */
export function cellRoutes(app: App, { store }: { readonly store: Pick<Reading, 'cells'> }): void {
  app.get(
    '/v1/cells',
    {
      schema: {
        tags: ['cells'],
        summary: 'The state of each place and platform',
        description:
          'A cell is a place (a country, or one of its networks: `asn` not null) and a target. Silence is `insufficient`, never `normal`. Cells of imports are `historical` and say nothing about today.',
        querystring: z.strictObject({
          ...Filters,
          state: CellState.meta({ description: 'Only cells in this state' }).optional(),
          ...Paging,
        }),
        response: reads(pageOf(Cell)),
      },
    },
    async (request, reply) => {
      const { filter, page } = splitQuery(request.query);
      return answerPage(request, reply, store.cells.list(filter, page));
    },
  );
}
