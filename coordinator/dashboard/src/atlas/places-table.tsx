import type { Cell } from '@brakelight/shared';
import { Scroller } from '../frame/scroller.js';
import { Swatch } from '../frame/swatch.js';
import { href, type View } from '../route.js';
import { countryName, formatCount, formatRate } from '../words/format.js';
import type { Names } from '../words/incidents.js';
import { type Shade, STATE_WORDS } from '../words/states.js';
import { type Place, shadeOfCell } from './places.js';

interface PlacesTableProps {
  readonly places: readonly Place[];
  readonly view: View;
  readonly names: Names;
  readonly historical: boolean;
  readonly complete: boolean;
}

/** The map as a table: the same facts for those who do not look at maps. */
export function PlacesTable({ places, view, names, historical, complete }: PlacesTableProps) {
  const rows = places.flatMap((place) => place.cells.map((cell) => ({ place, cell })));
  return (
    <section aria-labelledby="places-title">
      <h2 id="places-title">Places</h2>
      {!complete && <p class="quiet">The list is longer than shown here; the API has all of it.</p>}
      <Scroller label="The map as a table" tall>
        <table>
          <thead>
            <tr>
              <th scope="col">Country</th>
              <th scope="col">Platform</th>
              {historical && <th scope="col">Worst found</th>}
              <th scope="col">{historical ? 'At the end' : 'State'}</th>
              {!historical && <RateHeads />}
              <th scope="col" class="number">
                Tests
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ place, cell }) => (
              <tr key={`${place.country} ${cell.target}`}>
                <th scope="row">
                  <a href={href({ name: 'place', country: place.country }, { source: view.source })}>
                    {countryName(place.country)}
                  </a>
                </th>
                <td>{names.get(cell.target) ?? cell.target}</td>
                {historical && <StateCell shade={shadeOfCell(place, cell)} />}
                <StateCell shade={cell.state} />
                {!historical && <Rates cell={cell} />}
                <td class="number">{formatCount(cell.tests)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </section>
  );
}

function StateCell({ shade }: { readonly shade: Shade }) {
  return (
    <td>
      <span class="state">
        <Swatch shade={shade} />
        {STATE_WORDS[shade].label}
      </span>
    </td>
  );
}

function RateHeads() {
  return (
    <>
      <th scope="col" class="number">
        Rate
      </th>
      <th scope="col" class="number">
        Control
      </th>
    </>
  );
}

function Rates({ cell }: { readonly cell: Cell }) {
  return (
    <>
      <td class="number">{formatRate(cell.targetRateBps)}</td>
      <td class="number">{formatRate(cell.controlRateBps)}</td>
    </>
  );
}
