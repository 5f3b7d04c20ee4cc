import type { Cell } from '@brakelight/shared';
import { type Column, DataTable } from '../frame/data-table.js';
import { StateLabel } from '../frame/state-label.js';
import { href, type View } from '../route.js';
import { countryName, formatCount, formatRate } from '../words/format.js';
import type { Names } from '../words/incidents.js';
import { type Place, shadeOfCell } from './places.js';

interface PlacesTableProps {
  readonly places: readonly Place[];
  readonly view: View;
  readonly names: Names;
  readonly historical: boolean;
  readonly complete: boolean;
}

interface Row {
  readonly place: Place;
  readonly cell: Cell;
}

const NOW: readonly Column<Row>[] = [
  { head: 'State', cell: ({ cell }) => <StateLabel shade={cell.state} /> },
  { head: 'Rate', kind: 'number', cell: ({ cell }) => formatRate(cell.targetRateBps) },
  { head: 'Control', kind: 'number', cell: ({ cell }) => formatRate(cell.controlRateBps) },
];

const THEN: readonly Column<Row>[] = [
  { head: 'Worst found', cell: ({ place, cell }) => <StateLabel shade={shadeOfCell(place, cell)} /> },
  { head: 'At the end', cell: ({ cell }) => <StateLabel shade={cell.state} /> },
];

/** The map as a table: the same facts for those who do not look at maps. */
export function PlacesTable({ places, view, names, historical, complete }: PlacesTableProps) {
  const rows = places.flatMap((place) => place.cells.map((cell) => ({ place, cell })));
  const columns: readonly Column<Row>[] = [
    {
      head: 'Country',
      cell: ({ place: { country } }) => (
        <a href={href({ name: 'place', country }, { source: view.source })}>{countryName(country)}</a>
      ),
    },
    { head: 'Platform', cell: ({ cell }) => names.get(cell.target) ?? cell.target },
    ...(historical ? THEN : NOW),
    { head: 'Tests', kind: 'number', cell: ({ cell }) => formatCount(cell.tests) },
  ];
  return (
    <section aria-labelledby="places-title">
      <h2 id="places-title">Places</h2>
      {!complete && <p class="quiet">The list is longer than shown here; the API has all of it.</p>}
      <DataTable
        label="The map as a table"
        columns={columns}
        rows={rows}
        keyOf={({ place, cell }) => `${place.country} ${cell.target}`}
        tall
      />
    </section>
  );
}
