import { LIVE, useCells, useIncidents, useTargets } from '../api/queries.js';
import { Historical, Ready, Staleness } from '../frame/notices.js';
import { IncidentList } from '../incidents/incident-list.js';
import { href, type View } from '../route.js';
import { countryName } from '../words/format.js';
import { CellsTable } from './cells-table.js';

/** One country: every platform, the whole country first, then network by network. */
export function PlacePage({ country, view }: { readonly country: string; readonly view: View }) {
  const source = view.source ?? LIVE;
  const targets = useTargets();
  const cells = useCells(source, country);
  const incidents = useIncidents(source, country);
  const names = new Map(
    targets.status === 'ready' ? targets.data.items.map(({ target, name }) => [target, name]) : [],
  );
  return (
    <article class="place">
      <p class="crumb">
        <a href={href({ name: 'atlas' }, { source: view.source })}>Atlas</a>
      </p>
      <h1>{countryName(country)}</h1>
      <Staleness of={[cells, incidents]} />
      {source !== LIVE && (
        <Historical>
          From the import <strong>{source}</strong>, judged at the end of its own time. It says nothing about
          today.
        </Historical>
      )}
      <Ready of={incidents} what="the incidents">
        {({ items, complete }) => <IncidentList incidents={items} names={names} complete={complete} />}
      </Ready>
      <section aria-labelledby="cells-title">
        <h2 id="cells-title">{source === LIVE ? 'Now, platform by platform' : 'At the end of the data'}</h2>
        <Ready of={cells} what="the measurements">
          {({ items }) => <CellsTable cells={items} names={names} />}
        </Ready>
      </section>
    </article>
  );
}
