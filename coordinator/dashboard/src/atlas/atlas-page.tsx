import type { Cell, Incident } from '@brakelight/shared';
import type { Listing } from '../api/client.js';
import { LIVE, type Target, useCells, useIncidents, useTargets } from '../api/queries.js';
import { Failure, Historical, Staleness, Waiting } from '../frame/notices.js';
import { IncidentList } from '../incidents/incident-list.js';
import type { View } from '../route.js';
import { Filters } from './filters.js';
import { Headline } from './headline.js';
import { Join } from './join.js';
import { Legend } from './legend.js';
import { placesOf } from './places.js';
import { PlacesTable } from './places-table.js';
import { ThrottledList } from './throttled-list.js';
import { WorldMap } from './world-map.js';

const NO_TARGETS: readonly Target[] = [];

/** The front page: what is going on, where, and how much of the world is silent. */
export function AtlasPage({ view }: { readonly view: View }) {
  const source = view.source ?? LIVE;
  const targets = useTargets();
  const cells = useCells(source);
  const incidents = useIncidents(source);
  const known = targets.status === 'ready' ? targets.data.items : NO_TARGETS;

  const failed = cells.status === 'failed' || incidents.status === 'failed';
  const loading = cells.status === 'loading' || incidents.status === 'loading';

  return (
    <div class="atlas">
      <Staleness of={[cells, incidents, targets]} />
      <Filters view={view} targets={known} />
      {failed && <h1>The coordinator cannot be asked</h1>}
      {loading && !failed && <h1>Asking the coordinator</h1>}
      {cells.status === 'failed' && <Failure what="the map" error={cells.error} />}
      {incidents.status === 'failed' && <Failure what="the incidents" error={incidents.error} />}
      {loading && <Waiting what="the atlas" />}
      {cells.status === 'ready' && incidents.status === 'ready' && (
        <Plate
          view={view}
          known={known}
          cells={cells.data}
          incidents={incidents.data}
          at={Math.min(cells.at, incidents.at)}
        />
      )}
    </div>
  );
}

interface PlateProps {
  readonly view: View;
  readonly known: readonly Target[];
  readonly cells: Listing<Cell>;
  readonly incidents: Listing<Incident>;
  readonly at: number;
}

function Plate({ view, known, cells, incidents, at }: PlateProps) {
  const source = view.source ?? LIVE;
  const names = new Map(known.map(({ target, name }) => [target, name]));
  const historical = source !== LIVE;
  const places = placesOf(cells.items, incidents.items, view.target, historical);
  const shown = incidents.items.filter((one) => view.target === null || one.target === view.target);
  const empty = cells.items.length === 0 && incidents.items.length === 0;
  return (
    <>
      <Headline
        incidents={shown}
        places={places}
        names={names}
        historical={historical}
        at={at}
        empty={empty}
      />
      {historical && (
        <Historical>
          From the import <strong>{source}</strong>. The map shows the worst that was found in its whole
          period. It says nothing about today.
        </Historical>
      )}
      <WorldMap places={places} view={view} names={names} />
      <Legend historical={historical} />
      {!historical && <ThrottledList names={names} />}
      {empty ? (
        <Join imports={historical ? [] : importsOf(known)} historical={historical} />
      ) : (
        <div class="columns">
          <IncidentList incidents={shown} names={names} complete={incidents.complete} />
          <PlacesTable
            places={places}
            view={view}
            names={names}
            historical={historical}
            complete={cells.complete}
          />
        </div>
      )}
    </>
  );
}

function importsOf(targets: readonly Target[]): string[] {
  return [...new Set(targets.filter(({ historical }) => historical).map(({ source }) => source))];
}
